"""Where a schedule's reports go: channels of the server, or addresses that it alone has.

The latter are channels as well, with the same checks, sealing and masks, that nothing else uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from adapters.channels.base import SettingsError
from adapters.channels.registry import CHANNELS
from domain.messages import MessageKind
from models.channels.store import (
    ChannelRow,
    channels_of,
    every_channel_of,
    insert_channel,
    update_channel,
)
from models.deliveries.claims import lock_channels
from models.reports.schedules import TargetRow, set_targets
from services.channels.place import place_of
from services.channels.removal import take_away
from services.channels.sealing import open_settings, sealed_settings
from services.container import Parts


class TargetsError(Exception):
    """`errors`: what is wrong with which entry, by its place."""

    def __init__(self, errors: Mapping[int, Mapping[str, list[str]]]) -> None:
        super().__init__("some targets cannot be used")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Chosen:
    """One entry that was checked: `own` to be written, or (None) a channel of the server."""

    channel_id: UUID
    kind: str
    own: ChannelRow | None
    warnings: Sequence[str] = ()


def own_channels(
    connection: Connection, guild_id: int, schedule_id: UUID
) -> dict[UUID, ChannelRow]:
    rows = every_channel_of(connection, [guild_id])
    return {row.id: row for row in rows if row.schedule_id == schedule_id}


def choose(
    parts: Parts, guild_id: int, schedule_id: UUID, entries: Sequence[Mapping[str, Any]]
) -> list[Chosen]:
    """Check every entry; nothing is written. Discord is asked about webhooks that are new.

    Raises TargetsError.
    """
    with parts.database.read() as connection:
        shared = {row.id: row for row in channels_of(connection, [guild_id])}
        own = own_channels(connection, guild_id, schedule_id)
    chosen: list[Chosen] = []
    errors: dict[int, dict[str, list[str]]] = {}
    for place, entry in enumerate(entries):
        try:
            one = _choose(parts, guild_id, schedule_id, entry, shared, own)
            if any(one.channel_id == other.channel_id for other in chosen):
                raise SettingsError({"channel_id": "is there twice"})
            chosen.append(one)
        except SettingsError as error:
            errors[place] = {name: [text] for name, text in error.errors.items()}
    if errors:
        raise TargetsError(errors)
    return chosen


def write(
    connection: Connection,
    parts: Parts,
    guild_id: int,
    schedule_id: UUID,
    chosen: Sequence[Chosen],
) -> None:
    """Make the schedule's targets these; addresses of its own that are no more go."""
    before = own_channels(connection, guild_id, schedule_id)
    lock_channels(connection, [(guild_id, id) for id in before], skip_locked=False)
    for one in chosen:
        if one.own is None:
            continue
        if one.channel_id in before:
            revision = before[one.channel_id].revision + 1
            update_channel(connection, replace(one.own, revision=revision))
        else:
            insert_channel(connection, one.own)
    kept = {one.channel_id for one in chosen}
    for row in before.values():
        if row.id not in kept:
            take_away(connection, parts, row)
    rows = [TargetRow(one.channel_id, one.kind) for one in chosen]
    set_targets(connection, guild_id, schedule_id, rows)


def rotate_secret(
    connection: Connection, parts: Parts, guild_id: int, schedule_id: UUID, id: UUID
) -> str | None:
    """A fresh signing secret of a webhook of its own; None where there is no such thing."""
    row = own_channels(connection, guild_id, schedule_id).get(id)
    if row is None:
        return None
    made = CHANNELS[row.kind].rotated(open_settings(parts.secrets, row), parts.clock())
    if made is None:
        return None
    sealed, mask = sealed_settings(parts.secrets, row.kind, made[0])
    after = replace(row, settings=sealed, mask=mask, revision=row.revision + 1)
    update_channel(connection, replace(after, updated_ms=parts.clock()))
    return made[1]


def take_all_away(connection: Connection, parts: Parts, guild_id: int, schedule_id: UUID) -> None:
    """The schedule is gone: so are its own addresses, with what waits for them."""
    own = own_channels(connection, guild_id, schedule_id)
    lock_channels(connection, [(guild_id, id) for id in own], skip_locked=False)
    for row in own.values():
        take_away(connection, parts, row)
    set_targets(connection, guild_id, schedule_id, [])


def _choose(
    parts: Parts,
    guild_id: int,
    schedule_id: UUID,
    entry: Mapping[str, Any],
    shared: Mapping[UUID, ChannelRow],
    own: Mapping[UUID, ChannelRow],
) -> Chosen:
    if (channel_id := entry.get("channel_id")) is not None:
        return _shared(entry, shared.get(channel_id))
    return _own(parts, guild_id, schedule_id, entry, own)


def _shared(entry: Mapping[str, Any], row: ChannelRow | None) -> Chosen:
    if row is None:
        raise SettingsError({"channel_id": "is no channel of this server"})
    if len(entry.keys() - {"kind"}) > 1 or entry.get("kind", row.kind) != row.kind:
        raise SettingsError({"channel_id": "has its own kind and address"})
    if MessageKind.REPORT not in CHANNELS[row.kind].takes:
        raise SettingsError({"channel_id": "is of a kind that takes no reports"})
    return Chosen(row.id, row.kind, None)


def _own(
    parts: Parts,
    guild_id: int,
    schedule_id: UUID,
    entry: Mapping[str, Any],
    own: Mapping[UUID, ChannelRow],
) -> Chosen:
    before = _before(entry, own)
    kind = before.kind if before else entry.get("kind")
    if kind is None:
        raise SettingsError({"kind": "or `channel_id` is required"})
    if entry.get("kind", kind) != kind:
        raise SettingsError({"kind": "of a target never changes: take it off and add another"})
    channel, now_ms = CHANNELS[kind], parts.clock()
    kept = open_settings(parts.secrets, before) if before else {}
    sent = {name: value for name, value in entry.items() if name not in ("id", "kind")}
    settings = channel.checked(channel.merged(kept, sent), parts.ways())
    warnings: list[str] = []
    if settings != kept:
        _, warnings = place_of(parts, guild_id, kind, settings)
    if before is None:
        settings, _secret = channel.rotated(settings, now_ms) or (settings, "")
    sealed, mask = sealed_settings(parts.secrets, kind, settings)
    row = before or ChannelRow(
        guild_id=guild_id,
        id=uuid4(),
        kind=kind,
        name="",
        settings=sealed,
        mask=mask,
        # A process of the release before takes it for a channel of the server, without events.
        events=frozenset(),
        created_ms=now_ms,
        schedule_id=schedule_id,
    )
    # Whoever saves it wants it tried again, should its provider have refused it.
    mended = {"state": "ok", "last_failure": None, "blocked_until_ms": None}
    made = replace(row, settings=sealed, mask=mask, updated_ms=now_ms, **mended)  # type: ignore[arg-type]
    return Chosen(made.id, kind, replace(made, name=f"{channel.label} of a report"), warnings)


def _before(entry: Mapping[str, Any], own: Mapping[UUID, ChannelRow]) -> ChannelRow | None:
    if (id := entry.get("id")) is None:
        return None
    if id not in own:
        raise SettingsError({"id": "is no target of this report"})
    return own[id]
