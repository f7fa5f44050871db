"""Incidents as answers show them, alone and in a list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_place, write_cursor
from domain.incidents import state_of
from domain.page_bytes import page_of
from domain.rule_key import rule_key
from models.guilds.channel_names import channel_names
from models.incidents.pages import list_incidents, neighbours
from models.incidents.store import IncidentRow, count_notes, incident_by_id
from models.snapshots.facts import rule_names
from services.accounts.actors import actor_parts, people_of
from services.incidents.members import ShownActions, ShownMember, members_of, shown_actions
from services.incidents.timeline import (
    ShownNote,
    ShownSeries,
    TimelineEntry,
    shown_notes,
    shown_series,
    shown_timeline,
)
from services.users.names import ShownUser, shown_users

MEMBERS_SHOWN = 50
LEADING_SHOWN = 8


@dataclass(frozen=True, slots=True)
class IncidentsWanted:
    state: str | None
    limit: int
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    rule_name: str
    rule_hash: str
    violation_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChannel:
    channel_id: str
    channel_name: str | None
    violation_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIncident:
    """In the order of the JSON; rules and channels are the LEADING_SHOWN with most violations."""

    id: str
    state: str
    started_at: str
    ended_at: str
    violation_count: int
    member_count: int
    bystander_violations: int
    usual_per_hour: float
    actions: ShownActions
    rules: list[ShownRule]
    channels: list[ShownChannel]
    looked_after_by: str | None
    looked_after_by_username: str | None
    looked_after_at: str | None
    notes_count: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDetail(ShownIncident):
    """With its first members, its timeline, its notes and the incidents beside it."""

    members: list[ShownMember]
    members_cursor: str | None
    series: ShownSeries
    timeline: list[TimelineEntry]
    notes: list[ShownNote]
    previous_id: str | None
    next_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentsPage:
    incidents: list[ShownIncident]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What some incidents need that is stored elsewhere; rules by hash."""

    notes: Mapping[UUID, int]
    people: Mapping[int, ShownUser]
    rules: Mapping[int, str]
    channels: Mapping[int, str]


def incidents_page(
    database: Database, guild_id: int, wanted: IncidentsWanted, now_ms: int
) -> IncidentsPage:
    """Latest first. ValueError for a cursor that is none."""
    after = read_place(wanted.cursor) if wanted.cursor else None
    with database.read() as connection:
        rows = list_incidents(
            connection, guild_id, wanted.state, now_ms, limit=wanted.limit + 1, after=after
        )
        shown = _incidents(connection, guild_id, rows[: wanted.limit], now_ms)
    incidents, last = page_of(shown, rows)
    cursor = None if last is None else write_cursor(last.started_ms, last.id.hex)
    return IncidentsPage(incidents=incidents, next_cursor=cursor)


def incident_page(
    database: Database, guild_id: int, id: UUID, now_ms: int
) -> IncidentDetail | None:
    with database.read() as connection:
        row = incident_by_id(connection, guild_id, id)
        if row is None:
            return None
        before, after = neighbours(connection, row)
        members = members_of(connection, row, MEMBERS_SHOWN, None)
        return IncidentDetail(
            **_said(row, _known(connection, guild_id, [row]), now_ms),
            members=members.members,
            members_cursor=members.members_cursor,
            series=shown_series(connection, row),
            timeline=shown_timeline(connection, row, now_ms),
            notes=shown_notes(connection, row),
            previous_id=_text(before),
            next_id=_text(after),
        )


def latest_incidents(
    connection: Connection, guild_id: int, since_ms: int, most: int, now_ms: int
) -> list[ShownIncident]:
    """Those that began since then, latest first."""
    rows = list_incidents(connection, guild_id, None, now_ms, limit=most)
    return _incidents(
        connection, guild_id, [row for row in rows if row.started_ms >= since_ms], now_ms
    )


def _incidents(
    connection: Connection, guild_id: int, rows: Sequence[IncidentRow], now_ms: int
) -> list[ShownIncident]:
    known = _known(connection, guild_id, rows)
    return [ShownIncident(**_said(row, known, now_ms)) for row in rows]


def _known(connection: Connection, guild_id: int, rows: Sequence[IncidentRow]) -> _Known:
    hashes = {(guild_id, int(hash)) for row in rows for hash, _ in _leading(row.rules)}
    channel_ids = {int(channel) for row in rows for channel, _ in _leading(row.channels)}
    names = rule_names(connection, hashes) if hashes else {}
    people = people_of(row.looked_after_by for row in rows)
    return _Known(
        notes=count_notes(connection, guild_id, [row.id for row in rows]),
        people=shown_users(connection, people, guild_id),
        rules={hash: name for (_, hash), name in names.items()},
        channels=channel_names(connection, guild_id, channel_ids),
    )


def _said(row: IncidentRow, known: _Known, now_ms: int) -> dict[str, Any]:
    """The fields of a ShownIncident."""
    taken_ms = row.looked_after_ms
    return {
        "id": str(row.id),
        "state": state_of(row.ended_ms, now_ms),
        "started_at": rfc3339(row.started_ms),
        "ended_at": rfc3339(row.ended_ms),
        "violation_count": row.violation_count,
        "member_count": row.member_count,
        "bystander_violations": row.bystander_violations,
        "usual_per_hour": row.usual_per_hour,
        "actions": shown_actions(row.actions),
        "rules": [_rule(hash, count, known) for hash, count in _leading(row.rules)],
        "channels": [_channel(id, count, known) for id, count in _leading(row.channels)],
        **actor_parts("looked_after_by", row.looked_after_by, known.people),
        "looked_after_at": None if taken_ms is None else rfc3339(taken_ms),
        "notes_count": known.notes.get(row.id, 0),
        "revision": row.revision,
    }


def _rule(hash: str, count: int, known: _Known) -> ShownRule:
    return ShownRule(
        rule_name=known.rules.get(int(hash), ""),
        rule_hash=rule_key(int(hash)),
        violation_count=count,
    )


def _channel(id: str, count: int, known: _Known) -> ShownChannel:
    return ShownChannel(
        channel_id=id, channel_name=known.channels.get(int(id)), violation_count=count
    )


def _leading(text: str) -> list[tuple[str, int]]:
    counts = sorted(json.loads(text).items(), key=lambda one: (-one[1], one[0]))
    return counts[:LEADING_SHOWN]


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
