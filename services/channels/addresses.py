"""The addresses within the notification preferences: each is a channel of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from adapters.channels.base import Setting
from adapters.channels.mask import is_mask_of
from adapters.channels.registry import CHANNELS
from models.channels.store import ChannelRow, insert_channel, update_channel
from services.channels.removal import take_away
from services.channels.sealing import open_settings, sealed_settings
from services.container import Parts

# The field of the preferences: kind of channel, its setting, its name.
ADDRESS_FIELDS: dict[str, tuple[str, str, str]] = {
    "discord_webhook_url": ("discord", "url", "Discord"),
    "slack_webhook_url": ("slack", "url", "Slack"),
    "email_addresses": ("email", "addresses", "Email"),
}


def shown_address(parts: Parts, field: str, row: ChannelRow | None, *, for_admin: bool) -> Any:
    kind, setting, _ = ADDRESS_FIELDS[field]
    if row is None:
        return [] if kind == "email" else None
    if not for_admin or kind != "email":
        return row.mask.get(setting)
    return open_settings(parts.secrets, row).get(setting, [])


def put_address(
    parts: Parts,
    connection: Connection,
    guild_id: int,
    field: str,
    row: ChannelRow | None,
    value: Any,
) -> None:
    """Make, change or remove the channel of this field. Raises SettingsError."""
    kind, setting, name = ADDRESS_FIELDS[field]
    before = open_settings(parts.secrets, row).get(setting) if row is not None else None
    if value == before or _is_unchanged(row, setting, value):
        return
    if not value:
        if row is not None:
            take_away(connection, parts, row)
        return
    settings = _checked(parts, kind, {setting: value})
    sealed, mask = sealed_settings(parts.secrets, kind, settings)
    now_ms = parts.clock()
    made = ChannelRow(
        guild_id=guild_id,
        id=uuid4(),
        kind=kind,
        name=name,
        settings=sealed,
        mask=mask,
        from_preferences=True,
        created_ms=now_ms,
        updated_ms=now_ms,
    )
    if row is None:
        insert_channel(connection, made)
    else:
        changed = replace(made, id=row.id, created_ms=row.created_ms, revision=row.revision + 1)
        update_channel(connection, changed)


def _is_unchanged(row: ChannelRow | None, setting: str, value: Any) -> bool:
    """Whether it is the mask that was shown, or that of an address that is gone."""
    if isinstance(value, str):
        return is_mask_of(value, value)
    return row is not None and value == row.mask.get(setting)


def _checked(parts: Parts, kind: str, settings: dict[str, Any]) -> dict[str, Setting]:
    """Mail addresses may be entered before the operator has a mail server, as they always could."""
    if kind == "email" and parts.settings.mail_server is None:
        return settings
    return CHANNELS[kind].checked(settings, parts.ways())
