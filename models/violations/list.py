"""Reading violations: filtered, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Connection, Select, Table, bindparam, case, select, tuple_
from sqlalchemy.sql import ColumnElement

from domain.rollup_deltas import ViolationRow
from models.events.tables import Violation
from models.incidents.members import of_incident
from models.members.tables import Appeal
from models.rollups.rules import rule_hash
from models.sql.key_list import of_each
from models.violations.found import Found, find, said_or_named
from models.violations.streams import newest_first, newest_ids

LATEST = 10


class ViolationItem(NamedTuple):
    """A violation and the state of its appeal: pending, approved, denied, or None."""

    row: ViolationRow
    appeal: str | None


class Position(NamedTuple):
    """Where a page ends: the next one holds what is older."""

    timestamp_ms: int
    id: UUID


@dataclass(frozen=True, slots=True)
class ViolationFilter:
    """What to list; None leaves a field open. Times are half-open: [since, until)."""

    severity: str | None = None
    detection_type: str | None = None
    action: str | None = None
    user_id: int | None = None
    rule: str | None = None
    rule_hash: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    text: str | None = None
    incident_id: UUID | None = None

    @property
    def fields(self) -> list[tuple[str, Any]]:
        """The fields that are not open, with what they ask for."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [(name, value) for name, value in given if value is not None]


def list_violations(
    connection: Connection,
    guild_id: int,
    wanted: ViolationFilter,
    limit: int,
    *,
    after: Position | None = None,
    offset: int = 0,
    found: Found | None = None,
) -> list[ViolationItem]:
    """At most `limit` violations, newest first, those of `after` and newer left out.

    `found` is what `wanted.text` finds, should it be known already.
    """
    if wanted.text is not None:
        found = found or find(connection, guild_id, wanted.text)
        if found.is_empty(wanted.severity):
            return []
        others = conditions(connection, guild_id, replace(wanted, text=None)) + _older(after)
        ids = newest_ids(connection, found.texts, found.members, others, offset + limit)
        if ids is not None:
            return _by_id(connection, guild_id, ids[offset:])
    query = select(*_columns(), _appeal()).order_by(*newest_first(connection))
    query = query.where(*conditions(connection, guild_id, wanted, found), *_older(after))
    return _items(connection, query.limit(limit).offset(offset))


def latest_violations(connection: Connection, guild_ids: Sequence[int]) -> Iterable[ViolationItem]:
    """The latest ten of each guild, newest first."""

    def latest(guild: Any) -> Select[Any]:
        query = select(*_columns(), _appeal()).where(Violation.guild_id == guild)
        return query.order_by(*newest_first(connection)).limit(LATEST)

    for row in of_each(connection, guild_ids, latest):
        yield ViolationItem(ViolationRow(*row[:-1]), row[-1])


def find_violation(connection: Connection, guild_id: int, id: UUID) -> ViolationItem | None:
    return next(iter(_by_id(connection, guild_id, [id])), None)


def _by_id(connection: Connection, guild_id: int, ids: Sequence[UUID]) -> list[ViolationItem]:
    """In the order of `ids`."""
    query = select(*_columns(), _appeal())
    query = query.where(Violation.guild_id == guild_id, Violation.id.in_(ids))
    items = {item.row.id: item for item in _items(connection, query)}
    return [items[id] for id in ids if id in items]


def _columns() -> Sequence[ColumnElement[Any]]:
    table = cast(Table, Violation.__table__)
    return [table.c[name] for name in ViolationRow._fields]


def _appeal() -> ColumnElement[str | None]:
    """The state of the appeal that weighs most: approved before pending before denied."""
    weight = case((Appeal.status == "approved", 0), (Appeal.status == "pending", 1), else_=2)
    return (
        select(Appeal.status)
        .where(Appeal.guild_id == Violation.guild_id, Appeal.violation_id == Violation.id)
        .order_by(weight)
        .limit(1)
        .scalar_subquery()
    )


def _older(after: Position | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    time = bindparam(None, after.timestamp_ms, Violation.timestamp_ms.type)
    id = bindparam(None, after.id, Violation.id.type)
    return [tuple_(Violation.timestamp_ms, Violation.id) < tuple_(time, id)]


def conditions(
    connection: Connection,
    guild_id: int,
    wanted: ViolationFilter,
    found: Found | None = None,
) -> list[ColumnElement[bool]]:
    """What a violation of the guild must fulfil to be listed; `found` as in `list_violations`."""
    conditions = [Violation.guild_id == guild_id]
    for name in ("severity", "detection_type", "action", "user_id"):
        if (value := getattr(wanted, name)) is not None:
            conditions.append(getattr(Violation, name) == value)
    if wanted.rule is not None:
        conditions.append(Violation.rule_hash == rule_hash(wanted.rule))
    if wanted.rule_hash is not None:
        conditions.append(Violation.rule_hash == wanted.rule_hash)
    if wanted.since_ms is not None:
        conditions.append(Violation.timestamp_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        conditions.append(Violation.timestamp_ms < wanted.until_ms)
    if wanted.incident_id is not None:
        conditions.extend(of_incident(guild_id, wanted.incident_id))
    if wanted.text is not None:
        found = found or find(connection, guild_id, wanted.text)
        conditions.append(said_or_named(connection, wanted.text, found))
    return conditions


def _items(connection: Connection, query: Select[Any]) -> list[ViolationItem]:
    rows = connection.execute(query)
    return [ViolationItem(ViolationRow(*row[:-1]), row[-1]) for row in rows]
