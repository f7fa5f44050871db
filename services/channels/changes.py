"""Channels made, changed and removed by people, each with its audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from adapters.channels.base import Setting
from adapters.channels.registry import CHANNELS
from domain.roles import Admin, Authenticated
from models.channels.store import (
    MOST_CHANNELS,
    ChannelRow,
    channel_of,
    count_channels,
    insert_channel,
    save_choices,
)
from services.audit.change import Change, audited
from services.channels.place import Place, place_of
from services.channels.removal import take_away
from services.channels.sealing import open_settings, sealed_settings
from services.channels.shown import ShownChannel, shown
from services.container import Parts

# What a person may choose of a channel besides its settings; fields of the row.
CHOICES = (
    "name", "enabled", "threshold", "events", "after_minutes", "let_through", "mention_role",
    "in_doubt",
)  # fmt: skip


class TooManyChannelsError(Exception):
    """A guild has MOST_CHANNELS already."""


class NoChannelError(Exception):
    """There is no such channel in this guild."""


class StaleRevisionError(Exception):
    """Another change came first."""


class ChannelFieldError(Exception):
    """A field that cannot have this value; `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """`signing_secret` is shown here and never again; `place` is where a Discord webhook posts."""

    channel: ShownChannel
    signing_secret: str | None
    place: Place | None
    warnings: list[str]


def create_channel(
    parts: Parts,
    who: Authenticated[Admin],
    kind: str,
    settings: Mapping[str, Any],
    choices: Mapping[str, Any],
) -> Saved:
    """Raises SettingsError, ChannelFieldError, TooManyChannelsError."""
    channel, now_ms = CHANNELS[kind], parts.clock()
    kept = channel.checked(channel.merged({}, settings), parts.ways())
    place, warnings = place_of(parts, who.guild_id, kind, kept)
    kept, secret = channel.rotated(kept, now_ms) or (kept, None)
    sealed, mask = sealed_settings(parts.secrets, kind, kept)
    row = _chosen(
        ChannelRow(
            guild_id=who.guild_id,
            id=uuid4(),
            kind=kind,
            name=channel.label,
            settings=sealed,
            mask=mask,
            created_ms=now_ms,
            updated_ms=now_ms,
        ),
        choices,
    )
    with audited(parts, who, "channels.create") as change:
        if count_channels(change.connection, who.guild_id) >= MOST_CHANNELS:
            raise TooManyChannelsError(f"a server has at most {MOST_CHANNELS} channels")
        insert_channel(change.connection, row)
        change.details = {"after": _logged(row)}
    return Saved(
        channel=shown(parts, row, for_admin=True),
        signing_secret=secret,
        place=place,
        warnings=warnings,
    )


def change_channel(
    parts: Parts, who: Authenticated[Admin], id: UUID, values: Mapping[str, Any]
) -> Saved:
    """`values`: any of CHOICES, `settings`, and `kind` and `revision` as they were read.

    Raises NoChannelError, StaleRevisionError, SettingsError, ChannelFieldError.
    """
    before = _found(parts, who.guild_id, id)
    _refuse_other_kind(before, values)
    kept, is_new = _changed_settings(parts, before, values.get("settings"))
    place, warnings = place_of(parts, who.guild_id, before.kind, kept) if is_new else (None, [])
    with audited(parts, who, "channels.update") as change:
        now = _locked(change, who.guild_id, id, values.get("revision"), before)
        after = _chosen(now, values)
        if is_new:
            sealed, mask = sealed_settings(parts.secrets, now.kind, kept)
            after = replace(after, settings=sealed, mask=mask)
        is_mended = is_new or values.get("enabled") is True
        after = _save(change, now, replace(after, updated_ms=parts.clock()), is_mended=is_mended)
    return Saved(
        channel=shown(parts, after, for_admin=True),
        signing_secret=None,
        place=place,
        warnings=warnings,
    )


def rotate_secret(parts: Parts, who: Authenticated[Admin], id: UUID) -> Saved:
    """A fresh signing secret; the earlier one signs for a day as well.

    Raises NoChannelError, ChannelFieldError.
    """
    with audited(parts, who, "channels.rotate_secret") as change:
        now = channel_of(change.connection, who.guild_id, id)
        if now is None:
            raise NoChannelError
        made = CHANNELS[now.kind].rotated(open_settings(parts.secrets, now), parts.clock())
        if made is None:
            raise ChannelFieldError("kind", "a channel of this kind has no signing secret")
        sealed, mask = sealed_settings(parts.secrets, now.kind, made[0])
        after = replace(now, settings=sealed, mask=mask, updated_ms=parts.clock())
        after = _save(change, now, after, is_mended=False)
    return Saved(
        channel=shown(parts, after, for_admin=True),
        signing_secret=made[1],
        place=None,
        warnings=[],
    )


def remove_channel(parts: Parts, who: Authenticated[Admin], id: UUID) -> bool:
    """Whether there was such a channel."""
    with audited(parts, who, "channels.delete") as change:
        row = channel_of(change.connection, who.guild_id, id)
        change.happened = row is not None
        if row is not None:
            take_away(change.connection, parts, row)
            change.details = {"before": _logged(row)}
    return row is not None


def _found(parts: Parts, guild_id: int, id: UUID) -> ChannelRow:
    with parts.database.read() as connection:
        row = channel_of(connection, guild_id, id)
    if row is None:
        raise NoChannelError
    return row


def _refuse_other_kind(row: ChannelRow, values: Mapping[str, Any]) -> None:
    if values.get("kind", row.kind) != row.kind:
        raise ChannelFieldError("kind", "the kind of a channel never changes: make another one")


def _changed_settings(
    parts: Parts, row: ChannelRow, sent: Mapping[str, Any] | None
) -> tuple[dict[str, Setting], bool]:
    """The settings, and whether they are others than before."""
    before = open_settings(parts.secrets, row)
    if sent is None:
        return before, False
    channel = CHANNELS[row.kind]
    kept = channel.checked(channel.merged(before, sent), parts.ways())
    return kept, kept != before


def _locked(
    change: Change, guild_id: int, id: UUID, revision: int | None, read: ChannelRow
) -> ChannelRow:
    """The row as it is now that the guild's row is ours."""
    now = channel_of(change.connection, guild_id, id)
    if now is None:
        raise NoChannelError
    if now.revision != (read.revision if revision is None else revision):
        raise StaleRevisionError("the channel was changed meanwhile: read it again")
    return now


def _chosen(row: ChannelRow, values: Mapping[str, Any]) -> ChannelRow:
    chosen = {name: values[name] for name in CHOICES if name in values}
    if chosen.get("mention_role") is not None and row.kind != "discord":
        raise ChannelFieldError("mention_role", "only a Discord channel mentions a role")
    return replace(row, **chosen)


def _save(change: Change, now: ChannelRow, after: ChannelRow, *, is_mended: bool) -> ChannelRow:
    """Write it where it differs. What was mended by a person is tried again."""
    is_mended = is_mended and now.state != "ok"
    change.happened = replace(after, updated_ms=now.updated_ms) != now or is_mended
    if not change.happened:
        return now
    after = replace(after, revision=now.revision + 1)
    if is_mended:
        after = replace(after, state="ok", last_failure=None, blocked_until_ms=None)
    save_choices(change.connection, after, is_mended=is_mended)
    change.details = {"before": _logged(now), "after": _logged(after)}
    return after


def _logged(row: ChannelRow) -> dict[str, Any]:
    """What the audit log keeps: nothing that only admins may see."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "settings": row.mask,
        "events": None if row.events is None else sorted(row.events),
        "mention_role": None if row.mention_role is None else str(row.mention_role),
        **{name: getattr(row, name) for name in CHOICES if name not in ("events", "mention_role")},
    }
