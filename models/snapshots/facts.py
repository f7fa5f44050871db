"""Set-based reads of the rollups for many guilds at once: what snapshots are made from.

Spans that are read from hour rollups share one statement each: a sum for each span's hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import BigInteger, Connection, Select, Table, case, func, select, tuple_
from sqlalchemy import cast as sql_cast
from sqlalchemy.sql import ColumnElement

from domain.rollup_deltas import COUNTS, ViolationRow
from domain.temporal import Segment
from domain.windows import Window
from models.base import Base
from models.events.tables import Violation
from models.members.tables import Appeal, UserWarning
from models.rollups.counts import (
    DayRollup,
    HourRollup,
    MinuteRollup,
    ResponseTimeRollup,
)
from models.rollups.moderators import ModeratorRollup
from models.rollups.offenders import OffenderDistribution, OffenderRollup, OffenderTotal
from models.rollups.rules import RuleRollup, SeenRule
from models.sql.key_list import listed, of_each

Guilds = Sequence[int]
Hours = Sequence[range]  # the epoch hours of each span, widest last
TOP_USERS = 10
DEAD_RULES_LISTED = 100
EPOCH_HOUR_OF_WEEK = 96  # epoch hour 0 was a Thursday, weeks start on Sunday


def counts(
    connection: Connection, model: type[Base], bucket: str, guilds: Guilds, buckets: range
) -> Iterable[Any]:
    """(guild, bucket, *COUNTS) of every rollup row within `buckets`."""
    table = cast(Table, model.__table__)
    columns = [table.c.guild_id, table.c[bucket], *(table.c[name] for name in COUNTS)]
    query = select(*columns).where(table.c.guild_id.in_(guilds), _within(table.c[bucket], buckets))
    return connection.execute(query).all()


def minute_counts(connection: Connection, guilds: Guilds, buckets: range) -> Iterable[Any]:
    return counts(connection, MinuteRollup, "epoch_minute", guilds, buckets)


def hour_counts(connection: Connection, guilds: Guilds, buckets: range) -> Iterable[Any]:
    return counts(connection, HourRollup, "epoch_hour", guilds, buckets)


def day_counts(connection: Connection, guilds: Guilds, buckets: range) -> Iterable[Any]:
    return counts(connection, DayRollup, "epoch_day", guilds, buckets)


def response_times(connection: Connection, guilds: Guilds, hours: Hours) -> Iterable[Any]:
    """(guild, population, histogram bucket, then per span: counts, sums and largest in ms)."""
    model = ResponseTimeRollup
    key = (model.guild_id, model.population, model.bucket)
    sums = [model.count, model.sum_ms]
    largest = [
        func.coalesce(func.max(model.largest_ms).filter(_within(model.epoch_hour, span)), 0)
        for span in hours
    ]
    query = _summed(key, sums, model.epoch_hour, guilds, hours).add_columns(*largest)
    return connection.execute(query).all()


def offenders(connection: Connection, guilds: Guilds, hours: Hours) -> Iterable[Any]:
    """(guild, user, violations per span, latest violation per span)."""
    model = OffenderRollup
    query = _summed((model.guild_id, model.user_id), [model.count], model.epoch_hour, guilds, hours)
    latest = _latest(model.last_violation_ms, model.epoch_hour, hours)
    return connection.execute(query.add_columns(*latest)).all()


def rules(connection: Connection, guilds: Guilds, hours: Hours) -> Iterable[Any]:
    """(guild, rule hash, high per span, medium per span, low per span, latest hit per span)."""
    model = RuleRollup
    sums = [model.high, model.medium, model.low]
    query = _summed((model.guild_id, model.rule_hash), sums, model.epoch_hour, guilds, hours)
    latest = _latest(model.last_hit_ms, model.epoch_hour, hours)
    return connection.execute(query.add_columns(*latest)).all()


def moderators(connection: Connection, guilds: Guilds, hours: Hours) -> Iterable[Any]:
    """(guild, moderator, action, histogram bucket, violations per span)."""
    model = ModeratorRollup
    key = (model.guild_id, model.moderator_id, model.action, model.response_time_bucket)
    return connection.execute(_summed(key, [model.count], model.epoch_hour, guilds, hours)).all()


def hours_of_week(
    connection: Connection,
    guilds: Guilds,
    hours: Hours,
    segments: Sequence[Segment],
    *,
    handled_by_moderators: bool = False,
) -> Iterable[Any]:
    """(guild, local hour of the week, violations per span); `segments` give the UTC offsets."""
    model: Any = ModeratorRollup if handled_by_moderators else HourRollup
    counted = ModeratorRollup.count if handled_by_moderators else HourRollup.violations
    offsets = [(model.epoch_hour < end, minutes // 60) for _, end, minutes in segments]
    local = (model.epoch_hour + case(*offsets, else_=0) + EPOCH_HOUR_OF_WEEK) % 168
    key = (model.guild_id, local.label("hour_of_week"))
    return connection.execute(
        _summed(key, [counted], model.epoch_hour, guilds, hours).where(counted > 0)
    ).all()


def recent_violations(
    connection: Connection, guilds: Guilds, window: Window
) -> Iterable[ViolationRow]:
    """The raw rows of a short window, for the periods too fine for hour rollups."""
    columns = [cast(Table, Violation.__table__).c[name] for name in ViolationRow._fields]
    query = select(*columns).where(
        Violation.guild_id.in_(guilds),
        Violation.timestamp_ms >= window.start_ms,
        Violation.timestamp_ms < window.end_ms,
    )
    return [ViolationRow(*row) for row in connection.execute(query).all()]


def decided_appeals(connection: Connection, guilds: Guilds, since_ms: int) -> Iterable[Any]:
    """(guild, violation time, rule hash, moderator, overturned) of violations with a decision."""
    overturned = func.max(case((Appeal.status == "approved", 1), else_=0))
    key = (
        Violation.guild_id,
        Violation.id,
        Violation.timestamp_ms,
        Violation.rule_hash,
        Violation.moderator_id,
    )
    query = (
        select(Violation.guild_id, *key[2:], overturned)
        .join(
            Appeal,
            (Appeal.guild_id == Violation.guild_id) & (Appeal.violation_id == Violation.id),
        )
        .where(Appeal.guild_id.in_(guilds), Appeal.status.in_(("approved", "denied")))
        # Once more for the violations: PostgreSQL does not conclude it, and read all guilds'.
        .where(Violation.guild_id.in_(guilds), Violation.timestamp_ms >= since_ms)
        .group_by(*key)
    )
    return connection.execute(query).all()


def dead_rules(
    connection: Connection, guilds: Guilds, since_ms: int, until_ms: int
) -> Iterable[Any]:
    """(guild, name, how many there are) of rules last hit in [since, until), latest first."""
    guild = SeenRule.guild_id
    order = (SeenRule.last_hit_ms.desc(), SeenRule.rule_hash)
    ranked = (
        select(
            SeenRule.guild_id,
            SeenRule.name,
            func.count().over(partition_by=guild).label("total"),
            func.row_number().over(partition_by=guild, order_by=order).label("place"),
        )
        .where(SeenRule.guild_id.in_(guilds))
        .where(SeenRule.last_hit_ms >= since_ms, SeenRule.last_hit_ms < until_ms)
        .subquery()
    )
    query = select(ranked.c.guild_id, ranked.c.name, ranked.c.total)
    query = query.where(ranked.c.place <= DEAD_RULES_LISTED)
    return connection.execute(query.order_by(ranked.c.guild_id, ranked.c.place)).all()


def rule_names(
    connection: Connection, keys: Iterable[tuple[int, int]]
) -> Mapping[tuple[int, int], str]:
    """Names by (guild, rule hash)."""
    query = select(SeenRule.guild_id, SeenRule.rule_hash, SeenRule.name)
    wanted = tuple_(SeenRule.guild_id, SeenRule.rule_hash).in_(listed(connection, keys))
    rows = connection.execute(query.where(wanted)).all()
    return {(guild_id, hash): name for guild_id, hash, name in rows}


def top_offenders_ever(connection: Connection, guilds: Guilds) -> Iterable[Any]:
    """(guild, user, violations, latest violation) of the ten that lead each guild."""
    model = OffenderTotal
    names = ("guild_id", "user_id", "count", "last_violation_ms")
    columns = [getattr(model, name) for name in names]

    def top(guild: Any) -> Select[Any]:
        query = select(*columns).where(model.guild_id == guild, model.count > 0)
        order = (model.count.desc(), model.last_violation_ms.desc(), model.user_id)
        return query.order_by(*order).limit(TOP_USERS)

    return of_each(connection, guilds, top)


def distribution_ever(connection: Connection, guilds: Guilds) -> Iterable[Any]:
    """(guild, number of violations, users who have it)."""
    model = OffenderDistribution
    query = select(model.guild_id, model.violation_count, model.users)
    query = query.where(model.guild_id.in_(guilds), model.users > 0)
    return connection.execute(query.order_by(model.guild_id, model.violation_count)).all()


def warning_levels(
    connection: Connection, keys: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """Warning levels by (guild, user)."""
    query = select(UserWarning.guild_id, UserWarning.user_id, UserWarning.level)
    wanted = tuple_(UserWarning.guild_id, UserWarning.user_id).in_(listed(connection, keys))
    rows = connection.execute(query.where(wanted)).all()
    return {(guild_id, user_id): level for guild_id, user_id, level in rows}


def _within(column: ColumnElement[int] | Any, buckets: range) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", (column >= buckets.start) & (column < buckets.stop))


def _latest(column: Any, hour: Any, hours: Hours) -> list[Any]:
    """Of each span: a month ends with its day, which may hold what is ahead of the others."""
    return [func.max(column).filter(_within(hour, span)) for span in hours]


def _summed(
    key: Sequence[Any], sums: Sequence[Any], hour: Any, guilds: Guilds, hours: Hours
) -> Select[Any]:
    columns = [
        # PostgreSQL sums BIGINTs into NUMERIC, which is slow to read.
        sql_cast(func.coalesce(func.sum(column).filter(_within(hour, span)), 0), BigInteger)
        for column in sums
        for span in hours
    ]
    widest = range(min(span.start for span in hours), max(span.stop for span in hours))
    guild = key[0]
    query = select(*key, *columns).where(guild.in_(guilds), _within(hour, widest))
    return query.group_by(*key)
