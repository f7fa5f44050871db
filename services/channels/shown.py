"""Channels and their kinds, as people may see them: no secret, addresses of mail to admins only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from adapters.channels.base import Channel, Field, Setting
from adapters.channels.registry import CHANNELS
from domain.alert_rules import EventType
from domain.clock import rfc3339
from domain.decisions import LetThrough
from domain.delivery_life import InDoubt
from domain.messages import Priority
from domain.roles import Admin, Authenticated, Viewer
from domain.snowflake import text_or_none
from models.channels.store import ChannelRow, channels_of
from services.channels.sealing import is_readable, open_settings
from services.container import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChannel:
    id: UUID
    kind: str
    name: str
    settings: dict[str, Setting]
    enabled: bool
    threshold: Priority
    events: list[EventType] | None
    after_minutes: int
    let_through: LetThrough
    mention_role: str | None
    in_doubt: InDoubt | None
    state: str
    blocked_until: str | None
    last_ok_at: str | None
    last_failure: str | None
    revision: int
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """A setting as a form asks for it."""

    name: str
    label: str
    help: str
    is_secret: bool
    is_list: bool
    is_required: bool
    default: str
    choices: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKind:
    """`unavailable`: why the operator's settings do not allow it; None where they do."""

    kind: str
    label: str
    settings: list[ShownField]
    setup: Sequence[str]
    leaves: str
    has_signing_secret: bool
    unavailable: str | None


@dataclass(frozen=True, slots=True)
class ShownChannels:
    channels: list[ShownChannel]
    kinds: list[ShownKind]


def channels_shown(parts: Parts, who: Authenticated[Viewer]) -> ShownChannels:
    """Every channel of the guild, and every kind that can be added."""
    with parts.database.read() as connection:
        rows = channels_of(connection, [who.guild_id])
    return ShownChannels(
        [shown(parts, row, for_admin=is_admin(who)) for row in rows],
        [_kind(parts, channel) for channel in CHANNELS.values()],
    )


def is_admin(who: Authenticated[Viewer]) -> bool:
    return issubclass(who.role, Admin)


def shown(parts: Parts, row: ChannelRow, *, for_admin: bool) -> ShownChannel:
    settings = row.mask
    is_open = is_readable(parts.secrets, row)
    if for_admin and is_open:
        opened = open_settings(parts.secrets, row)
        settings = CHANNELS[row.kind].masked(opened, for_admin=True)
    return ShownChannel(
        id=row.id,
        kind=row.kind,
        name=row.name,
        settings=settings,
        enabled=row.enabled,
        threshold=row.threshold,
        events=None if row.events is None else [name for name in EventType if name in row.events],
        after_minutes=row.after_minutes,
        let_through=row.let_through,
        mention_role=text_or_none(row.mention_role),
        in_doubt=row.in_doubt,
        state=row.state if is_open else "broken",
        blocked_until=_time(row.blocked_until_ms),
        last_ok_at=_time(row.last_ok_ms),
        last_failure=row.last_failure if is_open else "settings_unreadable",
        revision=row.revision,
        created_at=rfc3339(row.created_ms),
        updated_at=rfc3339(row.updated_ms),
    )


def _kind(parts: Parts, channel: Channel) -> ShownKind:
    return ShownKind(
        kind=channel.kind,
        label=channel.label,
        settings=[_field(field) for field in channel.fields if not field.is_ours],
        setup=channel.setup,
        leaves=channel.leaves,
        has_signing_secret=any(field.is_ours for field in channel.fields),
        unavailable=_unavailable(parts, channel.kind),
    )


def _field(field: Field) -> ShownField:
    return ShownField(
        name=field.name,
        label=field.label,
        help=field.help,
        is_secret=field.is_secret,
        is_list=field.is_list,
        is_required=field.is_required and not field.default,
        default=field.default,
        choices=field.choices,
    )


def _unavailable(parts: Parts, kind: str) -> str | None:
    if kind == "email" and parts.settings.mail_server is None:
        return "the operator of this Modwatch has set no mail server (MODWATCH_SMTP_URL)"
    if kind == "apprise" and not parts.settings.apprise_schemes:
        return "the operator of this Modwatch allows no such service (MODWATCH_APPRISE_SCHEMES)"
    return None


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
