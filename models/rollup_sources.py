"""What every rollup table must hold, counted from the raw rows by plain GROUP BYs.

Nothing here shares code with the deltas that ingest adds up (domain/rollup_deltas.py): two ways to
the same numbers are what makes a difference between them worth knowing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    SQLColumnExpression,
    case,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.sql import ColumnElement

from domain.histogram import BUCKETS, LOWEST_MS
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.rollup import Counts
from models.violation import MessageCount, Violation, ViolationCount

Guilds = Sequence[int]
Column = SQLColumnExpression[Any]
Raw = type[Violation] | type[MessageCount] | type[ViolationCount]
# Given guilds and the first epoch minute that counts (the minutes alone heed it): one row a key.
Source = Callable[[Guilds, int], Select[Any]]

COUNTED = tuple(Counts.__annotations__)
SEVERITIES = ("high", "medium", "low")
_HIT_WHEN: dict[str, ColumnElement[bool]] = {
    "violations": true(),
    **{name: Violation.severity == name for name in SEVERITIES},
    **{
        name: Violation.detection_type == name
        for name in ("regex", "ai", "automod", "manual", "raid")
    },
    **{
        f"{action}s": Violation.action == action for action in ("warning", "timeout", "kick", "ban")
    },
    "response_time_count": Violation.response_time_ms.is_not(None),
}


def _bucket(model: Raw, width_ms: int) -> Column:
    # Not a bound parameter: PostgreSQL would not see that it groups by what it selects.
    return model.timestamp_ms // literal_column(str(width_ms), BigInteger)


def _summed(column: Column) -> Column:
    return func.coalesce(func.sum(column), 0)


def _hits(condition: ColumnElement[bool]) -> Column:
    return func.count(case((condition, 1)))


def _grouped(guilds: Guilds, key: Sequence[Column], *values: Column) -> Select[Any]:
    """Values by (guild, *key) over the violations of these guilds."""
    columns: list[Column] = [Violation.guild_id, *key, *values]
    query = select(*columns)
    return query.where(Violation.guild_id.in_(guilds)).group_by(Violation.guild_id, *key)


def minutes(guilds: Guilds, minutes_from: int) -> Select[Any]:
    return _counts(guilds, "epoch_minute", MINUTE_MS, minutes_from * MINUTE_MS)


def hours(guilds: Guilds, _: int) -> Select[Any]:
    return _counts(guilds, "epoch_hour", HOUR_MS)


def days(guilds: Guilds, _: int) -> Select[Any]:
    return _counts(guilds, "epoch_day", DAY_MS)


def _counts(guilds: Guilds, name: str, width_ms: int, from_ms: int | None = None) -> Select[Any]:
    """The columns of models.rollup.Counts per bucket of `width_ms`: violations and messages."""
    parts = []
    raw: tuple[tuple[Raw, list[Column]], ...] = (
        (Violation, _violation_counts()),
        (MessageCount, _message_counts()),
        (ViolationCount, _known_counts()),
    )
    for model, values in raw:
        bucket: Column = _bucket(model, width_ms).label(name)
        part = select(model.guild_id, bucket, *values).where(model.guild_id.in_(guilds))
        if from_ms is not None:
            part = part.where(model.timestamp_ms >= from_ms)
        parts.append(part.group_by(model.guild_id, bucket))
    both = union_all(*parts).subquery()
    key = (both.c.guild_id, both.c[name])
    sums = (func.sum(both.c[counted]).label(counted) for counted in COUNTED)
    return select(*key, *sums).group_by(*key)


def _violation_counts() -> list[Column]:
    made = {name: _hits(condition) for name, condition in _HIT_WHEN.items()}
    made["response_time_ms_sum"] = _summed(Violation.response_time_ms)
    return _all_counts(made)


def _message_counts() -> list[Column]:
    own = ("messages", "response_time_ms_sum", "response_time_count")
    return _all_counts({name: _summed(getattr(MessageCount, name)) for name in own})


def _known_counts() -> list[Column]:
    own = ("violations", *SEVERITIES, "regex", "ai")
    return _all_counts({name: _summed(getattr(ViolationCount, name)) for name in own})


def _all_counts(known: dict[str, Column]) -> list[Column]:
    return [known.get(name, literal_column("0", Integer)).label(name) for name in COUNTED]


def histogram_bucket(response_time_ms: Column, first: int = 0, end: int = BUCKETS) -> Column:
    """The histogram bucket of a time, among `[first, end)`: nested CASEs, halving each time."""
    if end - first == 1:
        return literal_column(str(first), Integer)
    middle = (first + end) // 2
    is_below = response_time_ms < literal_column(str(LOWEST_MS[middle]), BigInteger)
    below = histogram_bucket(response_time_ms, first, middle)
    return case((is_below, below), else_=histogram_bucket(response_time_ms, middle, end))


def response_times(guilds: Guilds, _: int) -> Select[Any]:
    bucket: Column = histogram_bucket(Violation.response_time_ms).label("bucket")
    query = _grouped(guilds, (_hour(), bucket), func.count().label("count"))
    return query.where(Violation.response_time_ms.is_not(None))


def rules(guilds: Guilds, _: int) -> Select[Any]:
    key = (_hour(), Violation.rule_hash)
    return _grouped(guilds, key, *_by_severity(), _latest("last_hit_ms"))


def seen_rules(guilds: Guilds, _: int) -> Select[Any]:
    # All rows of one hash have the same name, so the greatest of them is that name.
    name = func.max(func.coalesce(Violation.rule, Violation.reason)).label("name")
    return _grouped(guilds, (Violation.rule_hash,), name, _latest("last_hit_ms"))


def texts(guilds: Guilds, _: int) -> Select[Any]:
    # As with rules: the greatest of equal texts.
    said = (func.max(getattr(Violation, name)).label(name) for name in ("rule", "reason"))
    return _grouped(guilds, (Violation.text_hash,), *_by_severity(), *said)


def offenders(guilds: Guilds, _: int) -> Select[Any]:
    key = (_hour(), Violation.user_id)
    return _grouped(guilds, key, func.count().label("count"), _latest("last_violation_ms"))


def offender_totals(guilds: Guilds, _: int) -> Select[Any]:
    key = (Violation.user_id,)
    count = func.count().label("count")
    return _grouped(guilds, key, count, *_by_severity(), _latest("last_violation_ms"))


def offender_distribution(guilds: Guilds, minutes_from: int) -> Select[Any]:
    totals = offender_totals(guilds, minutes_from).subquery()
    key = (totals.c.guild_id, totals.c["count"].label("violation_count"))
    return select(*key, func.count().label("users")).group_by(*key)


def moderators(guilds: Guilds, _: int) -> Select[Any]:
    none = (Violation.response_time_ms.is_(None), literal_column("-1", Integer))
    bucket = case(none, else_=histogram_bucket(Violation.response_time_ms))
    key = (_hour(), Violation.moderator_id, Violation.action, bucket.label("response_time_bucket"))
    query = _grouped(guilds, key, func.count().label("count"))
    return query.where(Violation.moderator_id.is_not(None))


def _by_severity() -> list[Column]:
    return [_hits(_HIT_WHEN[name]).label(name) for name in SEVERITIES]


def _hour() -> Column:
    return _bucket(Violation, HOUR_MS).label("epoch_hour")


def _latest(name: str) -> Column:
    return func.max(Violation.timestamp_ms).label(name)
