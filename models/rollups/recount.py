"""Comparing every rollup table with a recount of the raw rows, and putting the recount in place.

Both happen inside the database, so memory does not grow with the number of violations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    Table,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    union_all,
)

from domain.folding import folded_together
from models.base import Base
from models.events.tables import Violation
from models.guilds.guild import Guild
from models.rollups.counts import MinuteRollup
from models.rollups.scope import Conditions, Scope
from models.rollups.sources import Column, Source
from models.rollups.store import add_texts


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is not what the raw rows say; None stands for a row that is not there."""

    table: str
    guild_id: int
    key: str
    column: str
    stored: int | str | None
    recounted: int | str | None


@dataclass(frozen=True)
class Recount:
    """One rollup table: its `key` after the guild, what adds up, what is the latest (or a name).

    `source` selects guild, key, sums and others from the raw rows of a scope. With `width_ms` the
    first of `key` is a time in buckets of that width.
    """

    model: type[Base]
    key: tuple[str, ...]
    sums: tuple[str, ...]
    others: tuple[str, ...]
    source: Source
    width_ms: int | None = None

    @cached_property
    def _table(self) -> Table:
        return cast(Table, self.model.__table__)

    @property
    def _columns(self) -> tuple[str, ...]:
        return ("guild_id", *self.key, *self.sums, *self.others)

    def rebuild(self, connection: Connection, scope: Scope) -> None:
        """Put the recount in place of what is stored; the guilds must be locked."""
        connection.execute(delete(self._table).where(*self._places(scope)))
        connection.execute(insert(self._table).from_select(self._columns, self.source(scope)))

    def differences(self, connection: Connection, scope: Scope) -> Iterator[Difference]:
        """Compared inside the database: only what differs comes out of it."""
        query = self._comparison(scope)
        for row in connection.execute(query, execution_options={"yield_per": 1000}):
            guild_id, *key = row[: 1 + len(self.key)]
            shown = ", ".join(f"{name} {value}" for name, value in zip(self.key, key, strict=True))
            values = iter(row[1 + len(self.key) :])
            for column, stored, recounted in zip(
                (*self.sums, *self.others), values, values, strict=True
            ):
                if _differ(column in self.sums, stored, recounted):
                    pair = _plain(stored), _plain(recounted)
                    yield Difference(self._table.name, guild_id, shown, column, *pair)

    def _places(self, scope: Scope) -> Conditions:
        """The stored rows that the scope's raw rows are counted in."""
        conditions = scope.chosen(self._table)
        if self.width_ms is not None:
            conditions += scope.within(self._table.c[self.key[0]], self.width_ms)
        return conditions

    def _comparison(self, scope: Scope) -> Select[Any]:
        """Both sides under each other, then one row a key: MAX picks the side that has it."""
        stored, recounted = self._stored(scope), self.source(scope)
        both = union_all(self._side(stored, "stored"), self._side(recounted, "recounted"))
        return self._unequal(both.subquery())

    def _unequal(self, both: Subquery) -> Select[Any]:
        key = [both.c[name] for name in ("guild_id", *self.key)]
        pairs = {
            name: (func.max(both.c[f"stored_{name}"]), func.max(both.c[f"recounted_{name}"]))
            for name in (*self.sums, *self.others)
        }
        unequal = [
            func.coalesce(pairs[name][0], 0) != func.coalesce(pairs[name][1], 0)
            for name in self.sums
        ]
        unequal += [pairs[name][0].is_distinct_from(pairs[name][1]) for name in self.others]
        query = select(*key, *(side for pair in pairs.values() for side in pair))
        return query.group_by(*key).having(or_(*unequal)).order_by(*key)

    def _stored(self, scope: Scope) -> Select[Any]:
        """Rows of zeros are as good as none: a count that went down to 0 leaves them behind."""
        table = self._table
        query = select(table).where(*self._places(scope))
        if self.sums:
            query = query.where(or_(*(table.c[name] != 0 for name in self.sums)))
        if self.model is MinuteRollup:
            query = query.where(table.c.epoch_minute >= scope.minutes_from)
        return query

    def _side(self, query: Select[Any], side: str) -> Select[Any]:
        rows = query.subquery()
        columns: list[Column] = [rows.c[name] for name in ("guild_id", *self.key)]
        for name in (*self.sums, *self.others):
            for label in ("stored", "recounted"):
                value = rows.c[name] if label == side else null()
                columns.append(value.label(f"{label}_{name}"))
        return select(*columns)


class RuleRecount(Recount):
    """Rules, whose names are known from here alone once their violations are gone."""

    def rebuild(self, connection: Connection, scope: Scope) -> None:
        rows = [row._asdict() for row in connection.execute(self.source(scope))]
        connection.execute(delete(self._table).where(*self._places(scope)))
        if rows:
            connection.execute(insert(self._table), rows)


class TextRecount(Recount):
    """Wordings, which are stored folded as well: databases cannot fold, or each in its own way."""

    def rebuild(self, connection: Connection, scope: Scope) -> None:
        connection.execute(delete(self._table).where(*self._places(scope)))
        rows = connection.execute(self.source(scope)).all()
        counts = {(row.guild_id, row.text_hash): (row.high, row.medium, row.low) for row in rows}
        said = {(row.guild_id, row.text_hash): (row.rule, row.reason) for row in rows}
        add_texts(connection, counts, said)

    def differences(self, connection: Connection, scope: Scope) -> Iterator[Difference]:
        yield from super().differences(connection, scope)
        columns = (
            self._table.c[name] for name in ("guild_id", "text_hash", *self.others, "folded")
        )
        query = select(*columns).where(*self._places(scope))
        for guild_id, key, rule, reason, stored in connection.execute(
            query, execution_options={"yield_per": 1000}
        ):
            if stored != (folded := folded_together(rule, reason)):
                shown = f"text_hash {key}"
                yield Difference(
                    table=self._table.name,
                    guild_id=guild_id,
                    key=shown,
                    column="folded",
                    stored=stored,
                    recounted=folded,
                )


def guilds_after(connection: Connection, guild_id: int, limit: int) -> list[int]:
    """The next guilds in id order: all of them, page by page."""
    query = select(Guild.guild_id).where(Guild.guild_id > guild_id)
    return list(connection.scalars(query.order_by(Guild.guild_id).limit(limit)))


def violation_range(
    connection: Connection, guild_id: int, from_ms: int
) -> tuple[int | None, int | None]:
    """Times of the guild's first and last violation from a time on."""
    time = Violation.timestamp_ms
    query = select(func.min(time), func.max(time))
    query = query.where(Violation.guild_id == guild_id, time >= from_ms)
    first_ms, last_ms = connection.execute(query).one()
    return first_ms, last_ms


def _differ(is_sum: bool, stored: Any, recounted: Any) -> bool:
    return (stored or 0) != (recounted or 0) if is_sum else stored != recounted


def _plain(value: Any) -> int | str | None:
    """PostgreSQL sums BIGINTs into NUMERIC."""
    return int(value) if isinstance(value, Decimal) else cast("int | str | None", value)
