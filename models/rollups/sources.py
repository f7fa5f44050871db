"""What every rollup table must hold, counted from the raw rows by plain GROUP BYs.

Nothing here shares code with the deltas that ingest adds up (domain/rollup_deltas.py): two ways to
the same numbers are what makes a difference between them worth knowing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    SQLColumnExpression,
    Table,
    Text,
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
from models.events.tables import MessageCount, Violation, ViolationCount
from models.rollups.counts import Counts
from models.rollups.offenders import OffenderRollup
from models.rollups.rules import RuleRollup, SeenRule
from models.rollups.scope import Conditions, Raw, Scope

Column = SQLColumnExpression[Any]
# One row a key, of what lies in the scope.
Source = Callable[[Scope], Select[Any]]

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


def _raw(scope: Scope, model: Raw) -> Conditions:
    table = cast(Table, model.__table__)
    return [*scope.chosen(table), *scope.within(table.c.timestamp_ms)]


def _grouped(scope: Scope, key: Sequence[Column], *values: Column) -> Select[Any]:
    """Values by (guild, *key) over the violations of the scope."""
    columns: list[Column] = [Violation.guild_id, *key, *values]
    query = select(*columns)
    return query.where(*_raw(scope, Violation)).group_by(Violation.guild_id, *key)


def minutes(scope: Scope) -> Select[Any]:
    from_ms = max(scope.minutes_from * MINUTE_MS, scope.from_ms or 0)
    return _counts(replace(scope, from_ms=from_ms), "epoch_minute", MINUTE_MS)


def hours(scope: Scope) -> Select[Any]:
    return _counts(scope, "epoch_hour", HOUR_MS)


def days(scope: Scope) -> Select[Any]:
    return _counts(scope, "epoch_day", DAY_MS)


def _counts(scope: Scope, name: str, width_ms: int) -> Select[Any]:
    """The columns of models.rollups.counts.Counts per bucket of `width_ms`, from raw rows."""
    parts = []
    raw: tuple[tuple[Raw, list[Column]], ...] = (
        (Violation, _violation_counts()),
        (MessageCount, _message_counts()),
        (ViolationCount, _known_counts()),
    )
    for model, values in raw:
        bucket: Column = _bucket(model, width_ms).label(name)
        part = select(model.guild_id, bucket, *values).where(*_raw(scope, model))
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


def response_times(scope: Scope) -> Select[Any]:
    time: Column = Violation.response_time_ms
    bucket: Column = histogram_bucket(time).label("bucket")
    columns = [func.count().label("count"), _summed(time).label("sum_ms")]
    query = _grouped(scope, (_hour(), _population(), bucket), *columns)
    return query.add_columns(func.max(time).label("largest_ms")).where(time.is_not(None))


def _population() -> Column:
    """Not bound parameters: PostgreSQL would not see that it groups by what it selects."""
    by_a_person = Violation.detection_type == literal_column("'manual'")
    bot, moderator = literal_column("'bot'", Text), literal_column("'moderator'", Text)
    return case((by_a_person, moderator), else_=bot).label("population")


def rules(scope: Scope) -> Select[Any]:
    key = (_hour(), Violation.rule_hash)
    return _grouped(scope, key, *_by_severity(), _latest("last_hit_ms"))


def seen_rules(scope: Scope) -> Select[Any]:
    """By their violations; where these are gone, by the hours and the name they were given."""
    # All rows of one hash have the same name, so the greatest of them is that name.
    said = func.max(func.coalesce(Violation.rule, Violation.reason)).label("said")
    key, none = (Violation.rule_hash,), literal_column("NULL", Text).label("kept")
    raw = _grouped(replace(scope, from_ms=None), key, said, none, _latest("last_hit_ms"))
    parts = [raw] if not scope.from_ms else [raw, _rules_before(scope, scope.from_ms)]
    both = union_all(*parts).subquery()
    by = (both.c.guild_id, both.c.rule_hash)
    name = func.coalesce(func.max(both.c.said), func.max(both.c.kept), literal_column("''"))
    latest = func.max(both.c.last_hit_ms).label("last_hit_ms")
    return select(*by, name.label("name"), latest).group_by(*by)


def _rules_before(scope: Scope, from_ms: int) -> Select[Any]:
    key = (RuleRollup.guild_id, RuleRollup.rule_hash)
    same = (SeenRule.guild_id == RuleRollup.guild_id) & (SeenRule.rule_hash == RuleRollup.rule_hash)
    columns: list[Column] = [*key, literal_column("NULL", Text), func.max(SeenRule.name)]
    query = select(*columns, func.max(RuleRollup.last_hit_ms)).outerjoin(SeenRule, same)
    before = RuleRollup.epoch_hour < from_ms // HOUR_MS
    return query.where(RuleRollup.guild_id.in_(scope.guilds), before).group_by(*key)


def texts(scope: Scope) -> Select[Any]:
    """Of what can be listed, however old it is."""
    # As with rules: the greatest of equal texts.
    said = (func.max(getattr(Violation, name)).label(name) for name in ("rule", "reason"))
    every = replace(scope, from_ms=None)
    return _grouped(every, (Violation.text_hash,), *_by_severity(), *said)


def offenders(scope: Scope) -> Select[Any]:
    key = (_hour(), Violation.user_id)
    return _grouped(scope, key, func.count().label("count"), _latest("last_violation_ms"))


def offender_totals(scope: Scope) -> Select[Any]:
    """All violations of a member; by severity those that can be listed."""
    every = replace(scope, from_ms=None)
    key, latest = (Violation.user_id,), _latest("last_violation_ms")
    if not scope.from_ms:
        return _grouped(every, key, func.count().label("count"), *_by_severity(), latest)
    count = _hits(Violation.timestamp_ms >= literal_column(str(scope.from_ms), BigInteger))
    raw = _grouped(every, key, count.label("count"), *_by_severity(), latest)
    both = union_all(raw, _offenders_before(scope, scope.from_ms)).subquery()
    by = (both.c.guild_id, both.c.user_id)
    sums = (func.sum(both.c[name]).label(name) for name in ("count", *SEVERITIES))
    last = func.max(both.c.last_violation_ms).label("last_violation_ms")
    return select(*by, *sums, last).group_by(*by)


def _offenders_before(scope: Scope, from_ms: int) -> Select[Any]:
    key = (OffenderRollup.guild_id, OffenderRollup.user_id)
    zeros = (literal_column("0", Integer) for _ in SEVERITIES)
    sums: list[Column] = [func.sum(OffenderRollup.count), *zeros]
    columns: list[Column] = [*key, *sums, func.max(OffenderRollup.last_violation_ms)]
    query = select(*columns)
    mine = scope.chosen(cast(Table, OffenderRollup.__table__))
    before = OffenderRollup.epoch_hour < from_ms // HOUR_MS
    return query.where(*mine, before).group_by(*key)


def offender_distribution(scope: Scope) -> Select[Any]:
    totals = offender_totals(scope).subquery()
    key = (totals.c.guild_id, totals.c["count"].label("violation_count"))
    return select(*key, func.count().label("users")).group_by(*key)


def moderators(scope: Scope) -> Select[Any]:
    none = (Violation.response_time_ms.is_(None), literal_column("-1", Integer))
    bucket = case(none, else_=histogram_bucket(Violation.response_time_ms))
    key = (_hour(), Violation.moderator_id, Violation.action, bucket.label("response_time_bucket"))
    query = _grouped(scope, key, func.count().label("count"))
    return query.where(Violation.moderator_id.is_not(None))


def _by_severity() -> list[Column]:
    return [_hits(_HIT_WHEN[name]).label(name) for name in SEVERITIES]


def _hour() -> Column:
    return _bucket(Violation, HOUR_MS).label("epoch_hour")


def _latest(name: str) -> Column:
    return func.max(Violation.timestamp_ms).label(name)
