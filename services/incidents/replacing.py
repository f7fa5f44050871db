"""Putting what was found in place of what is stored. An incident keeps its name as it changes.

The one that was there first and touches it is the same incident; others that touch it as well
turned out to be part of it, and their notes move. The guilds' rows must be locked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlalchemy import Connection

from domain.incidents import Incident, is_over
from models.incidents.store import (
    IncidentRow,
    MemberRow,
    drop_incidents,
    figures_of,
    incidents_between,
    member_rows,
    members_of,
    move_notes,
    save_incidents,
)
from services.incidents.telling import tell_of_incidents

Saved = tuple[IncidentRow, Sequence[MemberRow]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The incidents that begin in [from_ms, until_ms): these and no others."""

    guild_id: int
    from_ms: int
    until_ms: int
    incidents: tuple[Incident, ...]


def replace_stretches(connection: Connection, stretches: Sequence[Stretch], now_ms: int) -> None:
    """Store what differs, and tell open pages of it."""
    changed = [row for one in stretches for row in _replace(connection, one, now_ms)]
    tell_of_incidents(connection, changed, now_ms)


def _replace(connection: Connection, stretch: Stretch, now_ms: int) -> list[IncidentRow]:
    stored = _stored(connection, stretch)
    members = members_of(connection, stretch.guild_id, [row.id for row in stored])
    matched = list(_matched(stretch.incidents, stored))
    saved: list[Saved] = []
    for incident, rows in matched:
        row = _row(stretch.guild_id, incident, rows, now_ms)
        theirs = member_rows(incident.members)
        if not rows or row != rows[0] or members[row.id] != theirs:
            saved.append((replace(row, revision=row.revision + bool(rows)), theirs))
        others = [one.id for one in rows[1:]]
        if others:
            move_notes(connection, stretch.guild_id, others, row.id)
    kept = {rows[0].id for _, rows in matched if rows}
    gone = [row.id for row in stored if row.id not in kept]
    if gone:
        drop_incidents(connection, stretch.guild_id, gone)
    save_incidents(connection, saved)
    return [row for row, _ in saved]


def _stored(connection: Connection, stretch: Stretch) -> list[IncidentRow]:
    near = incidents_between(connection, stretch.guild_id, stretch.from_ms, stretch.until_ms)
    return [row for row in near if stretch.from_ms <= row.from_ms < stretch.until_ms]


def _matched(
    incidents: Sequence[Incident], stored: Sequence[IncidentRow]
) -> Iterator[tuple[Incident, list[IncidentRow]]]:
    """Each with the stored ones it touches, the one that was found first in front."""
    left = list(stored)
    for one in incidents:
        rows = [row for row in left if row.from_ms <= one.until_ms and row.until_ms >= one.from_ms]
        left = [row for row in left if row not in rows]
        yield one, sorted(rows, key=lambda row: (row.found_ms, row.from_ms))


def _row(
    guild_id: int, incident: Incident, rows: Sequence[IncidentRow], now_ms: int
) -> IncidentRow:
    figures = figures_of(incident)
    over = is_over(incident.ended_ms, now_ms)
    if not rows:
        # What was over before anybody knew of it needs no word that it is.
        return IncidentRow(
            guild_id=guild_id, id=uuid4(), found_ms=now_ms, told_over=over, **figures
        )
    taken = next((row for row in rows if row.looked_after_by is not None), rows[0])
    return replace(
        rows[0],
        looked_after_by=taken.looked_after_by,
        looked_after_ms=taken.looked_after_ms,
        told_over=rows[0].told_over and over,
        **figures,
    )
