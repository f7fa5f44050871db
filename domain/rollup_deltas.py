"""What a set of new events adds to the rollups: pure sums, in any order, split in any way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from domain.histogram import bucket_of
from domain.response_times import population_of
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS

COUNTS = (
    "messages",
    "violations",
    "high",
    "medium",
    "low",
    "regex",
    "ai",
    "automod",
    "manual",
    "raid",
    "warnings",
    "timeouts",
    "kicks",
    "bans",
    "response_time_ms_sum",
    "response_time_count",
)
_MESSAGES, _VIOLATIONS, _SUM, _COUNT = 0, 1, 14, 15
_SEVERITY = {"high": 2, "medium": 3, "low": 4}
_DETECTION = {"regex": 5, "ai": 6, "automod": 7, "manual": 8, "raid": 9}
_ACTION = {"warning": 10, "timeout": 11, "kick": 12, "ban": 13}
_POPULATION = {name: population_of(name).value for name in _DETECTION}
NO_RESPONSE_TIME = -1


class ViolationRow(NamedTuple):
    """A violation as it is stored, in the order of its columns."""

    guild_id: int
    id: UUID
    timestamp_ms: int
    user_id: int
    rule: str | None
    rule_hash: int
    reason: str
    severity: str
    detection_type: str
    action: str
    action_taken: str
    message_id: int | None
    channel_id: int | None
    moderator_id: int | None
    response_time_ms: int | None
    content_hash: str | None
    text_hash: int


class MessagesRow(NamedTuple):
    """A count of messages as it is stored, in the order of its columns."""

    guild_id: int
    id: UUID
    timestamp_ms: int
    messages: int
    response_time_ms_sum: int
    response_time_count: int


class ViolationCountRow(NamedTuple):
    """Violations known by number only, in the order of its columns; the last six are COUNTS."""

    guild_id: int
    id: UUID
    timestamp_ms: int
    violations: int
    high: int
    medium: int
    low: int
    regex: int
    ai: int


def _zeros() -> list[int]:
    return [0] * len(COUNTS)


def _pair() -> list[int]:
    return [0, 0]


def _three() -> list[int]:
    return [0, 0, 0]


def _four() -> list[int]:
    return [0, 0, 0, 0]


@dataclass(slots=True)
class RollupDeltas:
    """Keys start with the guild's id; values are sums, and for rules and offenders the latest hit.

    minutes, hours, days: (guild, bucket) -> sums in the order of COUNTS
    response_times: (guild, hour, population, histogram bucket) -> [violations, sum, largest ms]
    rules: (guild, hour, rule hash) -> [high, medium, low, latest timestamp_ms]
    offenders: (guild, hour, user) -> [violations, latest timestamp_ms]
    moderators: (guild, hour, moderator, action, histogram bucket) -> violations
    members: (guild, user) -> [high, medium, low]
    texts: (guild, text hash) -> [high, medium, low]
    """

    minutes: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(_zeros))
    hours: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(_zeros))
    days: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(_zeros))
    response_times: dict[tuple[int, int, str, int], list[int]] = field(
        default_factory=lambda: defaultdict(_three)
    )
    rules: dict[tuple[int, int, int], list[int]] = field(default_factory=lambda: defaultdict(_four))
    offenders: dict[tuple[int, int, int], list[int]] = field(
        default_factory=lambda: defaultdict(_pair)
    )
    moderators: dict[tuple[int, int, int, str, int], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    members: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(_three))
    texts: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(_three))


def rollup_deltas(
    violations: Iterable[ViolationRow],
    messages: Iterable[MessagesRow],
    minutes_from_ms: int,
    violation_counts: Iterable[ViolationCountRow] = (),
) -> RollupDeltas:
    """The sums of these rows. Minutes are kept only for rows at or after `minutes_from_ms`."""
    deltas = RollupDeltas()
    for row in violations:
        _count_violation(deltas, row, minutes_from_ms)
    for count in messages:
        _count_messages(deltas, count, minutes_from_ms)
    for number in violation_counts:
        for sums in _touched(deltas, number, minutes_from_ms):
            sums[_VIOLATIONS : _VIOLATIONS + 6] = map(
                int.__add__, sums[_VIOLATIONS : _VIOLATIONS + 6], number[3:]
            )
    for (guild_id, hour), sums in deltas.hours.items():
        day = deltas.days[guild_id, hour * HOUR_MS // DAY_MS]
        day[:] = map(int.__add__, day, sums)
    return deltas


def _count_violation(deltas: RollupDeltas, row: ViolationRow, minutes_from_ms: int) -> None:
    guild_id, timestamp_ms, response_time_ms = row.guild_id, row.timestamp_ms, row.response_time_ms
    hour = timestamp_ms // HOUR_MS
    _add_violation(deltas.hours[guild_id, hour], row)
    if timestamp_ms >= minutes_from_ms:
        _add_violation(deltas.minutes[guild_id, timestamp_ms // MINUTE_MS], row)
    bucket = NO_RESPONSE_TIME if response_time_ms is None else bucket_of(response_time_ms)
    if response_time_ms is not None:
        population = _POPULATION[row.detection_type]
        times = deltas.response_times[guild_id, hour, population, bucket]
        times[0] += 1
        times[1] += response_time_ms
        times[2] = max(times[2], response_time_ms)
    rule = deltas.rules[guild_id, hour, row.rule_hash]
    severity = _SEVERITY[row.severity] - 2
    rule[severity] += 1
    rule[3] = max(rule[3], timestamp_ms)
    offender = deltas.offenders[guild_id, hour, row.user_id]
    offender[0] += 1
    offender[1] = max(offender[1], timestamp_ms)
    deltas.members[guild_id, row.user_id][severity] += 1
    deltas.texts[guild_id, row.text_hash][severity] += 1
    if row.moderator_id is not None:
        deltas.moderators[guild_id, hour, row.moderator_id, row.action, bucket] += 1


def _add_violation(sums: list[int], row: ViolationRow) -> None:
    sums[_VIOLATIONS] += 1
    sums[_SEVERITY[row.severity]] += 1
    sums[_DETECTION[row.detection_type]] += 1
    if (place := _ACTION.get(row.action)) is not None:
        sums[place] += 1
    if row.response_time_ms is not None:
        sums[_SUM] += row.response_time_ms
        sums[_COUNT] += 1


def _count_messages(deltas: RollupDeltas, row: MessagesRow, minutes_from_ms: int) -> None:
    for sums in _touched(deltas, row, minutes_from_ms):
        sums[_MESSAGES] += row.messages
        sums[_SUM] += row.response_time_ms_sum
        sums[_COUNT] += row.response_time_count


def _touched(
    deltas: RollupDeltas, row: MessagesRow | ViolationCountRow, minutes_from_ms: int
) -> list[list[int]]:
    touched = [deltas.hours[row.guild_id, row.timestamp_ms // HOUR_MS]]
    if row.timestamp_ms >= minutes_from_ms:
        touched.append(deltas.minutes[row.guild_id, row.timestamp_ms // MINUTE_MS])
    return touched
