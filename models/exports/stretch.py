"""Figures of any stretch of time: whole hours from the rollups, what is left at its edges counted.

For the trailing windows of the page this gives what the page shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql import ColumnElement

from domain.windows import HOUR_MS
from models.events.tables import Violation
from models.rollups.offenders import OffenderRollup, OffenderTotal
from models.rollups.rules import RuleRollup, SeenRule
from models.rollups.scope import Scope
from models.rollups.sources import hours as counted_hours
from models.rollups.sources import response_times as counted_times
from models.snapshots.facts import hour_counts


@dataclass(frozen=True, slots=True)
class Stretch:
    """[from_ms, to_ms) of one guild."""

    guild_id: int
    from_ms: int
    to_ms: int

    @property
    def whole_hours(self) -> range:
        return range(-(-self.from_ms // HOUR_MS), self.to_ms // HOUR_MS)

    @property
    def edges(self) -> list[tuple[int, int]]:
        """What lies outside the whole hours, [from, to) each; mostly nothing."""
        whole = self.whole_hours
        if not whole:
            return [(self.from_ms, self.to_ms)]
        both = ((self.from_ms, whole.start * HOUR_MS), (whole.stop * HOUR_MS, self.to_ms))
        return [(start, end) for start, end in both if start < end]


def counts_by_hour(connection: Connection, stretch: Stretch) -> dict[int, tuple[int, ...]]:
    """The COUNTS of each epoch hour in which there is anything."""
    guilds, whole = [stretch.guild_id], stretch.whole_hours
    found = {}
    if whole:
        for _, hour, *sums in hour_counts(connection, guilds, whole):
            found[hour] = tuple(sums)
    for start, end in stretch.edges:
        scope = Scope(guilds=guilds, minutes_from=0, from_ms=start, until_ms=end)
        for _, hour, *sums in connection.execute(counted_hours(scope)):
            before = found.get(hour, (0,) * len(sums))
            found[hour] = tuple(int(a + b) for a, b in zip(before, sums, strict=True))
    return found


def offenders(stretch: Stretch) -> Select[Any]:
    """(user id, violations, latest violation), the most first, as the page ranks them."""
    model, raw = OffenderRollup, Violation
    hours = select(model.user_id, model.count, model.last_violation_ms.label("last_ms"))
    one: ColumnElement[int] = literal_column("1", BigInteger).label("count")
    edges = select(raw.user_id, one, raw.timestamp_ms.label("last_ms"))
    both = union_all(hours.where(*_hours(stretch, model)), edges.where(_edges(stretch))).subquery()
    count, last = _sum(both.c["count"]), func.max(both.c.last_ms)
    columns: list[Any] = [both.c.user_id, count, last]
    query = select(*columns).group_by(both.c.user_id).having(count > 0)
    return query.order_by(count.desc(), last.desc(), both.c.user_id)


def offenders_ever(guild_id: int) -> Select[Any]:
    model = OffenderTotal
    columns: list[Any] = [model.user_id, model.count, model.last_violation_ms]
    query = select(*columns)
    query = query.where(model.guild_id == guild_id, model.count > 0)
    return query.order_by(model.count.desc(), model.last_violation_ms.desc(), model.user_id)


def rules(stretch: Stretch) -> Select[Any]:
    """(rule hash, name, high, medium, low, latest hit), the most hits first."""
    model, raw = RuleRollup, Violation
    hours = select(model.rule_hash, *_severities(model), model.last_hit_ms.label("last_ms"))
    hits = [
        case((raw.severity == name, 1), else_=0).label(name) for name in ("high", "medium", "low")
    ]
    edges = select(raw.rule_hash, *hits, raw.timestamp_ms.label("last_ms"))
    both = union_all(hours.where(*_hours(stretch, model)), edges.where(_edges(stretch))).subquery()
    sums = [_sum(column) for column in _severities(both.c)]
    last = func.max(both.c.last_ms)
    found = select(both.c.rule_hash, *(sums[at].label(f"n{at}") for at in range(3)))
    found = found.add_columns(last.label("last_ms")).group_by(both.c.rule_hash)
    hit = found.subquery()
    seen = and_(SeenRule.guild_id == stretch.guild_id, SeenRule.rule_hash == hit.c.rule_hash)
    query = select(hit.c.rule_hash, SeenRule.name, hit.c.n0, hit.c.n1, hit.c.n2, hit.c.last_ms)
    total = hit.c.n0 + hit.c.n1 + hit.c.n2
    query = query.outerjoin(SeenRule, seen).where(total > 0)
    return query.order_by(total.desc(), hit.c.last_ms.desc(), hit.c.rule_hash)


def dead_rules(guild_id: int, since_ms: int, until_ms: int) -> Select[Any]:
    """(name, last hit) of rules last hit in [since, until), latest first."""
    columns: list[Any] = [SeenRule.name, SeenRule.last_hit_ms]
    query = select(*columns).where(
        SeenRule.guild_id == guild_id,
        SeenRule.last_hit_ms >= since_ms,
        SeenRule.last_hit_ms < until_ms,
    )
    return query.order_by(SeenRule.last_hit_ms.desc(), SeenRule.rule_hash)


def count_of(connection: Connection, query: Select[Any]) -> int:
    """How many rows it has."""
    rows = query.order_by(None).subquery()
    return connection.scalar(select(func.count()).select_from(rows)) or 0


def edge_times(connection: Connection, stretch: Stretch) -> Iterator[tuple[Any, ...]]:
    """(population, histogram bucket, count, sum and largest in ms) of what no whole hour has."""
    for start, end in stretch.edges:
        scope = Scope(guilds=[stretch.guild_id], minutes_from=0, from_ms=start, until_ms=end)
        for _, _, population, *times in connection.execute(counted_times(scope)):
            yield population, *map(int, times)  # PostgreSQL sums BIGINTs into NUMERIC


def leading(
    connection: Connection, query: Select[Any], most: int
) -> tuple[Sequence[Sequence[Any]], int]:
    """Its first rows, and how many it has: the others stay with the database."""
    counted = query.add_columns(func.count().over().label("in_all")).limit(most)
    rows = connection.execute(counted).all()
    return [row[:-1] for row in rows], rows[0].in_all if rows else 0


def _severities(model: Any) -> Sequence[Any]:
    return [model.high, model.medium, model.low]


def _sum(column: Any) -> ColumnElement[Any]:
    # PostgreSQL sums BIGINTs into NUMERIC.
    return cast(func.sum(column), BigInteger)


def _hours(stretch: Stretch, model: Any) -> list[ColumnElement[bool]]:
    hours = stretch.whole_hours
    return [
        model.guild_id == stretch.guild_id,
        model.epoch_hour >= hours.start,
        model.epoch_hour < hours.stop,
    ]


def _edges(stretch: Stretch) -> ColumnElement[bool]:
    time = Violation.timestamp_ms
    among = [and_(time >= start, time < end) for start, end in stretch.edges]
    return and_(Violation.guild_id == stretch.guild_id, or_(false(), *among))
