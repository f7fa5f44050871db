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

from models import rollup_sources as sources
from models.base import Base
from models.guild import Guild
from models.moderator import ModeratorRollup
from models.offender import OffenderDistribution, OffenderRollup, OffenderTotal
from models.rollup import DayRollup, HourRollup, MinuteRollup, ResponseTimeRollup
from models.rollup_sources import COUNTED, SEVERITIES, Column, Guilds, Source
from models.rule_rollup import RuleRollup, SeenRule
from models.violation import Violation
from models.violation_text import ViolationText


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

    `source` selects guild, key, sums and others from the raw rows of some guilds; it is told the
    first epoch minute that counts, which is of use to the minutes alone.
    """

    model: type[Base]
    key: tuple[str, ...]
    sums: tuple[str, ...]
    others: tuple[str, ...]
    source: Source

    @cached_property
    def _table(self) -> Table:
        return cast(Table, self.model.__table__)

    @property
    def _columns(self) -> tuple[str, ...]:
        return ("guild_id", *self.key, *self.sums, *self.others)

    def rebuild(self, connection: Connection, guild_id: int, minutes_from: int) -> None:
        """Put the recount in place of what is stored of one guild."""
        connection.execute(delete(self._table).where(self._table.c.guild_id == guild_id))
        source = self.source([guild_id], minutes_from)
        connection.execute(insert(self._table).from_select(self._columns, source))

    def differences(
        self, connection: Connection, guilds: Guilds, minutes_from: int
    ) -> Iterator[Difference]:
        """Compared inside the database: only what differs comes out of it."""
        query = self._comparison(guilds, minutes_from)
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

    def _comparison(self, guilds: Guilds, minutes_from: int) -> Select[Any]:
        """Both sides under each other, then one row a key: MAX picks the side that has it."""
        stored, recounted = self._stored(guilds, minutes_from), self.source(guilds, minutes_from)
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

    def _stored(self, guilds: Guilds, minutes_from: int) -> Select[Any]:
        """Rows of zeros are as good as none: a count that went down to 0 leaves them behind."""
        table = self._table
        query = select(table).where(table.c.guild_id.in_(guilds))
        if self.sums:
            query = query.where(or_(*(table.c[name] != 0 for name in self.sums)))
        if self.model is MinuteRollup:
            query = query.where(table.c.epoch_minute >= minutes_from)
        return query

    def _side(self, query: Select[Any], side: str) -> Select[Any]:
        rows = query.subquery()
        columns: list[Column] = [rows.c[name] for name in ("guild_id", *self.key)]
        for name in (*self.sums, *self.others):
            for label in ("stored", "recounted"):
                value = rows.c[name] if label == side else null()
                columns.append(value.label(f"{label}_{name}"))
        return select(*columns)


RECOUNTS = (
    Recount(MinuteRollup, ("epoch_minute",), COUNTED, (), sources.minutes),
    Recount(HourRollup, ("epoch_hour",), COUNTED, (), sources.hours),
    Recount(DayRollup, ("epoch_day",), COUNTED, (), sources.days),
    Recount(ResponseTimeRollup, ("epoch_hour", "bucket"), ("count",), (), sources.response_times),
    Recount(RuleRollup, ("epoch_hour", "rule_hash"), SEVERITIES, ("last_hit_ms",), sources.rules),
    Recount(SeenRule, ("rule_hash",), (), ("name", "last_hit_ms"), sources.seen_rules),
    Recount(ViolationText, ("text_hash",), SEVERITIES, ("rule", "reason"), sources.texts),
    Recount(
        OffenderRollup,
        ("epoch_hour", "user_id"),
        ("count",),
        ("last_violation_ms",),
        sources.offenders,
    ),
    Recount(
        OffenderTotal,
        ("user_id",),
        ("count", *SEVERITIES),
        ("last_violation_ms",),
        sources.offender_totals,
    ),
    Recount(
        OffenderDistribution,
        ("violation_count",),
        ("users",),
        (),
        sources.offender_distribution,
    ),
    Recount(
        ModeratorRollup,
        ("epoch_hour", "moderator_id", "action", "response_time_bucket"),
        ("count",),
        (),
        sources.moderators,
    ),
)


def guilds_after(connection: Connection, guild_id: int, limit: int) -> list[int]:
    """The next guilds in id order: all of them, page by page."""
    query = select(Guild.guild_id).where(Guild.guild_id > guild_id)
    return list(connection.scalars(query.order_by(Guild.guild_id).limit(limit)))


def violation_range(connection: Connection, guild_id: int) -> tuple[int | None, int | None]:
    """Times of the guild's first and last violation."""
    time = Violation.timestamp_ms
    query = select(func.min(time), func.max(time)).where(Violation.guild_id == guild_id)
    first_ms, last_ms = connection.execute(query).one()
    return first_ms, last_ms


def _differ(is_sum: bool, stored: Any, recounted: Any) -> bool:
    return (stored or 0) != (recounted or 0) if is_sum else stored != recounted


def _plain(value: Any) -> int | str | None:
    """PostgreSQL sums BIGINTs into NUMERIC."""
    return int(value) if isinstance(value, Decimal) else cast("int | str | None", value)
