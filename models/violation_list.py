"""Reading violations: filtered, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Connection, Select, Table, bindparam, case, select, tuple_
from sqlalchemy.sql import ColumnElement

from domain.rollup_deltas import ViolationRow
from models.key_list import of_each
from models.member import Appeal
from models.rule_rollup import rule_hash
from models.violation import Violation

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
    since_ms: int | None = None
    until_ms: int | None = None
    text: str | None = None

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
) -> list[ViolationItem]:
    """At most `limit` violations, newest first, those of `after` and newer left out."""
    query = select(*_columns(), _appeal()).where(*conditions(guild_id, wanted))
    if after is not None:
        place = tuple_(Violation.timestamp_ms, Violation.id)
        query = query.where(place < tuple_(*_typed(after)))
    query = query.order_by(Violation.timestamp_ms.desc(), Violation.id.desc())
    return _items(connection, query.limit(limit).offset(offset))


def latest_violations(connection: Connection, guild_ids: Sequence[int]) -> Iterable[ViolationItem]:
    """The latest ten of each guild, newest first."""

    def latest(guild: Any) -> Select[Any]:
        query = select(*_columns(), _appeal()).where(Violation.guild_id == guild)
        newest = (Violation.timestamp_ms.desc(), Violation.id.desc())
        return query.order_by(*newest).limit(LATEST)

    for row in of_each(connection, guild_ids, latest):
        yield ViolationItem(ViolationRow(*row[:-1]), row[-1])


def find_violation(connection: Connection, guild_id: int, id: UUID) -> ViolationItem | None:
    query = select(*_columns(), _appeal()).where(Violation.guild_id == guild_id, Violation.id == id)
    return next(iter(_items(connection, query)), None)


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


def _typed(after: Position) -> tuple[ColumnElement[int], ColumnElement[UUID]]:
    return (
        bindparam(None, after.timestamp_ms, Violation.timestamp_ms.type),
        bindparam(None, after.id, Violation.id.type),
    )


def conditions(guild_id: int, wanted: ViolationFilter) -> list[ColumnElement[bool]]:
    """What a violation of the guild must fulfil to be listed."""
    conditions = [Violation.guild_id == guild_id]
    for name in ("severity", "detection_type", "action", "user_id"):
        if (value := getattr(wanted, name)) is not None:
            conditions.append(getattr(Violation, name) == value)
    if wanted.rule is not None:
        conditions.append(Violation.rule_hash == rule_hash(wanted.rule))
    if wanted.since_ms is not None:
        conditions.append(Violation.timestamp_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        conditions.append(Violation.timestamp_ms < wanted.until_ms)
    if wanted.text is not None:
        conditions.append(_mentions(wanted.text))
    return conditions


def _mentions(text: str) -> ColumnElement[bool]:
    """The text stands in the reason or the rule, whatever its case."""
    return Violation.reason.icontains(text, autoescape=True) | Violation.rule.icontains(
        text, autoescape=True
    )


def _items(connection: Connection, query: Select[Any]) -> list[ViolationItem]:
    rows = connection.execute(query)
    return [ViolationItem(ViolationRow(*row[:-1]), row[-1]) for row in rows]
