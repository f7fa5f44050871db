"""Adding deltas to the rollups: one statement per table, rows in key order.

Key order is not needed against deadlocks (the guild's row is locked first); it keeps writes to an
index close together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, tuple_

from domain.folding import folded_together
from domain.rollup_deltas import COUNTS, RollupDeltas, ViolationRow
from models.base import Base
from models.rollups.counts import (
    DayRollup,
    HourRollup,
    MinuteRollup,
    ResponseTimeRollup,
)
from models.rollups.moderators import ModeratorRollup
from models.rollups.offenders import OffenderDistribution, OffenderRollup, OffenderTotal
from models.rollups.rules import RuleRollup, SeenRule
from models.rollups.texts import ViolationText
from models.sql.bulk import BulkInsert, adding, pipelined


def _additive(
    model: type[Base],
    key: tuple[str, ...],
    sums: tuple[str, ...],
    latest: tuple[str, ...] = (),
    returning: tuple[str, ...] = (),
) -> BulkInsert:
    columns = (*key, *sums, *latest)
    return BulkInsert(model, columns, adding(model, key, sums, latest), returning)


_SEVERITIES = ("high", "medium", "low")
_MINUTES = _additive(MinuteRollup, ("guild_id", "epoch_minute"), COUNTS)
_HOURS = _additive(HourRollup, ("guild_id", "epoch_hour"), COUNTS)
_DAYS = _additive(DayRollup, ("guild_id", "epoch_day"), COUNTS)
_RESPONSE_TIMES = _additive(
    ResponseTimeRollup,
    ("guild_id", "epoch_hour", "population", "bucket"),
    ("count", "sum_ms"),
    ("largest_ms",),
)
_RULES = _additive(
    RuleRollup,
    ("guild_id", "epoch_hour", "rule_hash"),
    _SEVERITIES,
    ("last_hit_ms",),
)
_OFFENDERS = _additive(
    OffenderRollup, ("guild_id", "epoch_hour", "user_id"), ("count",), ("last_violation_ms",)
)
_TOTALS = _additive(
    OffenderTotal,
    ("guild_id", "user_id"),
    ("count", *_SEVERITIES),
    ("last_violation_ms",),
    returning=("guild_id", "user_id", "count"),
)
_DISTRIBUTION = _additive(OffenderDistribution, ("guild_id", "violation_count"), ("users",))
_MODERATORS = _additive(
    ModeratorRollup,
    ("guild_id", "epoch_hour", "moderator_id", "action", "response_time_bucket"),
    ("count",),
)
_SEEN_RULES = BulkInsert(
    SeenRule,
    ("guild_id", "rule_hash", "name", "last_hit_ms"),
    adding(SeenRule, ("guild_id", "rule_hash"), (), ("last_hit_ms",)),
)

_TEXTS = BulkInsert(
    ViolationText,
    ("guild_id", "text_hash", "rule", "reason", "folded", *_SEVERITIES),
    adding(ViolationText, ("guild_id", "text_hash"), _SEVERITIES),
)


def add_rollups(
    connection: Connection, deltas: RollupDeltas, violations: Iterable[ViolationRow]
) -> None:
    """Add `deltas`, which count `violations` and whatever else came."""
    moves = _add_totals(connection, deltas)
    with pipelined(connection):
        _DISTRIBUTION.run(connection, moves)
        _add_counts(connection, deltas)
        _add_seen_rules(connection, deltas, violations)
        said = {(row.guild_id, row.text_hash): (row.rule, row.reason) for row in violations}
        add_texts(connection, deltas.texts, said)


def _add_counts(connection: Connection, deltas: RollupDeltas) -> None:
    for insert, table in (
        (_MINUTES, deltas.minutes),
        (_HOURS, deltas.hours),
        (_DAYS, deltas.days),
        (_RULES, deltas.rules),
        (_OFFENDERS, deltas.offenders),
        (_RESPONSE_TIMES, deltas.response_times),
    ):
        insert.run(connection, _rows(table))
    add_moderator_hours(connection, [(*key, count) for key, count in deltas.moderators.items()])


def add_moderator_hours(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows in the order of `rollup_moderators`."""
    _MODERATORS.run(connection, sorted(rows))


def add_offender_hours(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows in the order of `rollup_offenders`."""
    _OFFENDERS.run(connection, sorted(rows))


def hours_with_violations(
    connection: Connection, hours: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Those of the (guild, epoch hour) pairs that have any violation."""
    key = tuple_(HourRollup.guild_id, HourRollup.epoch_hour)
    query = select(HourRollup.guild_id, HourRollup.epoch_hour).where(
        key.in_(hours), HourRollup.violations > 0
    )
    return {(guild_id, epoch_hour) for guild_id, epoch_hour in connection.execute(query)}


def _rows(sums: Mapping[Any, Iterable[int]]) -> list[tuple[Any, ...]]:
    return sorted((*key, *values) for key, values in sums.items())


def add_texts(
    connection: Connection,
    counts: Mapping[tuple[int, int], Sequence[int]],
    said: Mapping[tuple[int, int], tuple[str | None, str]],
) -> None:
    """Add (high, medium, low) by (guild, text hash); `said` has the rule and reason of each."""
    rows = [
        (*key, *said[key], folded_together(*said[key]), *sums)
        for key, sums in sorted(counts.items())
    ]
    _TEXTS.run(connection, rows)


def _add_seen_rules(
    connection: Connection, deltas: RollupDeltas, violations: Iterable[ViolationRow]
) -> None:
    names = {(row.guild_id, row.rule_hash): row.rule or row.reason for row in violations}
    latest: dict[tuple[int, int], int] = {}
    for (guild_id, _, rule_hash), (*_, last_hit_ms) in deltas.rules.items():
        key = guild_id, rule_hash
        latest[key] = max(latest.get(key, last_hit_ms), last_hit_ms)
    rows = [(*key, names[key], last_hit_ms) for key, last_hit_ms in sorted(latest.items())]
    _SEEN_RULES.run(connection, rows)


def _add_totals(connection: Connection, deltas: RollupDeltas) -> list[tuple[Any, ...]]:
    """Rows by which the distribution changes: (guild, number of violations, users)."""
    added: dict[tuple[int, int], list[int]] = {}
    for (guild_id, _, user_id), (count, last_ms) in deltas.offenders.items():
        severities = deltas.members[guild_id, user_id]
        total = added.setdefault((guild_id, user_id), [0, *severities, last_ms])
        total[0] += count
        total[-1] = max(total[-1], last_ms)
    return _add(connection, added)


def add_totals(connection: Connection, added: Mapping[tuple[int, int], list[int]]) -> None:
    """Add by (guild, user) the violations, of high, medium and low ones, and the latest time."""
    _DISTRIBUTION.run(connection, _add(connection, added))


def _add(
    connection: Connection, added: Mapping[tuple[int, int], list[int]]
) -> list[tuple[Any, ...]]:
    return _moved(_TOTALS.run(connection, _rows(added)), added)


def _moved(
    after: Iterable[tuple[Any, ...]], added: Mapping[tuple[int, int], list[int]]
) -> list[tuple[Any, ...]]:
    """Each member leaves the number of violations it had and joins the one it has now."""
    moves: dict[tuple[int, int], int] = defaultdict(int)
    for guild_id, user_id, count in after:
        before = count - added[guild_id, user_id][0]
        if count:
            moves[guild_id, count] += 1
        if before:
            moves[guild_id, before] -= 1
    return sorted((*key, users) for key, users in moves.items() if users)
