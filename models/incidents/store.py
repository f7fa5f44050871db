"""Reading and writing incidents, their members and notes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, delete, func, select, update

from domain.incidents import Incident, IncidentMember
from models.incidents.tables import IncidentNote, StoredIncident, StoredIncidentMember
from models.sql.bulk import BulkInsert


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    guild_id: int
    id: UUID
    from_ms: int
    until_ms: int
    started_ms: int
    ended_ms: int
    violation_count: int
    member_count: int
    bystander_violations: int
    usual_per_hour: float
    rules: str
    channels: str
    actions: str
    found_ms: int
    looked_after_by: str | None = None
    looked_after_ms: int | None = None
    told_over: bool = False
    revision: int = 1


MemberRow = tuple[int, int, int, int, str]  # user, first, last, violations, actions (JSON)
_NAMES = IncidentRow.__slots__
_TABLE = cast(Table, StoredIncident.__table__)
_COLUMNS = [_TABLE.c[name] for name in _NAMES]
_SAVE = BulkInsert(
    StoredIncident,
    _NAMES,
    "(guild_id, id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name not in ("guild_id", "id")),
)
_MEMBER = ("user_id", "first_ms", "last_ms", "violation_count", "actions")
_ADD_MEMBERS = BulkInsert(StoredIncidentMember, ("guild_id", "incident_id", *_MEMBER))


def figures_of(incident: Incident) -> dict[str, Any]:
    """What is stored of an incident beside its members."""
    return {
        "from_ms": incident.from_ms,
        "until_ms": incident.until_ms,
        "started_ms": incident.started_ms,
        "ended_ms": incident.ended_ms,
        "violation_count": incident.violation_count,
        "member_count": len(incident.members),
        "bystander_violations": incident.bystander_violations,
        "usual_per_hour": incident.usual_per_hour,
        "rules": _json(incident.rules),
        "channels": _json(incident.channels),
        "actions": _json(incident.actions),
    }


def member_rows(members: Iterable[IncidentMember]) -> list[MemberRow]:
    """In the order of ids, as `members_of` gives them."""
    return sorted(
        (one.user_id, one.first_ms, one.last_ms, one.violation_count, _json(one.actions))
        for one in members
    )


def _json(counts: Mapping[Any, int]) -> str:
    """Each count once, in one order: the same incident is the same text."""
    return json.dumps({str(key): counts[key] for key in sorted(counts)})


def incidents_between(
    connection: Connection, guild_id: int, from_ms: int, until_ms: int
) -> list[IncidentRow]:
    """Those whose stretch touches [from, until], oldest first."""
    query = select(*_COLUMNS).where(_TABLE.c.guild_id == guild_id)
    query = query.where(_TABLE.c.from_ms <= until_ms, _TABLE.c.until_ms >= from_ms)
    return _rows(connection, query.order_by(_TABLE.c.from_ms))


def incidents_of(
    connection: Connection, guild_ids: Sequence[int], since_ms: int
) -> Iterable[tuple[int, UUID, int, int]]:
    """(guild, id, from, until) of those not over before `since_ms`, oldest first."""
    columns = [_TABLE.c[name] for name in ("guild_id", "id", "from_ms", "until_ms")]
    query = select(*columns).where(_TABLE.c.guild_id.in_(guild_ids), _TABLE.c.until_ms >= since_ms)
    rows = connection.execute(query.order_by(_TABLE.c.guild_id, _TABLE.c.from_ms))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def incident_by_id(connection: Connection, guild_id: int, id: UUID) -> IncidentRow | None:
    query = select(*_COLUMNS).where(_TABLE.c.guild_id == guild_id, _TABLE.c.id == id)
    return next(iter(_rows(connection, query)), None)


def members_of(connection: Connection, guild_id: int, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """`MemberRow`s by incident, in the order of their ids."""
    table = cast(Table, StoredIncidentMember.__table__)
    columns = [table.c[name] for name in ("incident_id", *_MEMBER)]
    query = select(*columns).where(table.c.guild_id == guild_id, table.c.incident_id.in_(ids))
    found: dict[UUID, list[Any]] = {id: [] for id in ids}
    for id, *member in connection.execute(query.order_by(table.c.user_id)):
        found[id].append(tuple(member))
    return found


def save_incidents(
    connection: Connection, saved: Sequence[tuple[IncidentRow, Sequence[MemberRow]]]
) -> None:
    """With all their members, in place of what was stored under their ids."""
    rows = [row for row, _ in saved]
    _SAVE.run(connection, [tuple(getattr(row, name) for name in _NAMES) for row in rows])
    for row in rows:
        _drop_members(connection, row.guild_id, [row.id])
    _ADD_MEMBERS.run(
        connection,
        [(row.guild_id, row.id, *member) for row, members in saved for member in members],
    )


def incidents_begun_before(
    connection: Connection, guild_id: int, before_ms: int
) -> list[tuple[UUID, int]]:
    """(id, until) of those whose stretch begins before."""
    query = select(_TABLE.c.id, _TABLE.c.until_ms).where(_TABLE.c.guild_id == guild_id)
    rows = connection.execute(query.where(_TABLE.c.from_ms < before_ms))
    return [(row.id, row.until_ms) for row in rows]


def drop_incidents_outside(
    connection: Connection, guild_id: int, first_ms: int | None, last_ms: int | None
) -> None:
    """Those that no violation between is part of; without any violation, all."""
    found = incidents_between(connection, guild_id, 0, 2**53)
    if first_ms is not None and last_ms is not None:
        found = [row for row in found if row.until_ms < first_ms or row.from_ms > last_ms]
    drop_incidents(connection, guild_id, [row.id for row in found])


def count_begun_since(connection: Connection, guild_id: int, since_ms: int) -> int:
    query = select(func.count()).where(_TABLE.c.guild_id == guild_id)
    return connection.scalar(query.where(_TABLE.c.started_ms >= since_ms)) or 0


def move_notes(connection: Connection, guild_id: int, ids: Sequence[UUID], to: UUID) -> None:
    """Of incidents that turned out to be part of another."""
    table = IncidentNote
    change = update(table).where(table.guild_id == guild_id, table.incident_id.in_(ids))
    connection.execute(change.values(incident_id=to))


def drop_incidents(connection: Connection, guild_id: int, ids: Sequence[UUID]) -> None:
    _drop_members(connection, guild_id, ids)
    notes = delete(IncidentNote).where(
        IncidentNote.guild_id == guild_id, IncidentNote.incident_id.in_(ids)
    )
    connection.execute(notes)
    gone = delete(StoredIncident).where(
        StoredIncident.guild_id == guild_id, StoredIncident.id.in_(ids)
    )
    connection.execute(gone)


def not_told_over(connection: Connection, before_ms: int) -> list[IncidentRow]:
    """Those whose last moment is before, of which nobody was told that they are over."""
    query = select(*_COLUMNS).where(_TABLE.c.told_over.is_(False), _TABLE.c.ended_ms < before_ms)
    return _rows(connection, query.order_by(_TABLE.c.guild_id, _TABLE.c.from_ms))


def tell_over(connection: Connection, rows: Sequence[IncidentRow]) -> None:
    for row in rows:
        change = update(StoredIncident).where(
            StoredIncident.guild_id == row.guild_id, StoredIncident.id == row.id
        )
        connection.execute(change.values(told_over=True))


def look_after(connection: Connection, row: IncidentRow) -> None:
    """Store who looks after it, as the row says."""
    change = update(StoredIncident).where(
        StoredIncident.guild_id == row.guild_id, StoredIncident.id == row.id
    )
    values = {"looked_after_by": row.looked_after_by, "looked_after_ms": row.looked_after_ms}
    connection.execute(change.values(**values, revision=StoredIncident.revision + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    guild_id: int
    incident_id: UUID
    id: UUID
    at_ms: int
    by: str
    text: str


_ADD_NOTE = BulkInsert(IncidentNote, NoteRow.__slots__)


def add_note(connection: Connection, note: NoteRow) -> None:
    """With a new revision of its incident, so that open pages read it."""
    _ADD_NOTE.run(connection, [tuple(getattr(note, name) for name in NoteRow.__slots__)])
    change = update(StoredIncident).where(
        StoredIncident.guild_id == note.guild_id, StoredIncident.id == note.incident_id
    )
    connection.execute(change.values(revision=StoredIncident.revision + 1))


def count_notes(connection: Connection, guild_id: int, ids: Sequence[UUID]) -> dict[UUID, int]:
    table = IncidentNote
    query = select(table.incident_id, func.count()).where(table.guild_id == guild_id)
    query = query.where(table.incident_id.in_(ids)).group_by(table.incident_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def notes_of(connection: Connection, guild_id: int, id: UUID) -> list[Any]:
    """(id, at_ms, by, text), oldest first."""
    table = IncidentNote
    query = select(table.id, table.at_ms, table.by, table.text)
    query = query.where(table.guild_id == guild_id, table.incident_id == id)
    return list(connection.execute(query.order_by(table.at_ms, table.id)))


def _drop_members(connection: Connection, guild_id: int, ids: Sequence[UUID]) -> None:
    table = StoredIncidentMember
    gone = delete(table).where(table.guild_id == guild_id, table.incident_id.in_(ids))
    connection.execute(gone)


def _rows(connection: Connection, query: Any) -> list[IncidentRow]:
    return [IncidentRow(**row._mapping) for row in connection.execute(query)]
