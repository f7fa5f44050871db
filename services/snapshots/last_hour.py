"""The period `hour` begins within an hour bucket, so it is counted from the raw rows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from domain.response_times import Population
from domain.rollup_deltas import RollupDeltas, ViolationRow, rollup_deltas
from domain.snapshot import Kind
from domain.spans import Span, window_of
from domain.temporal import hour_of_week, local_offset_segments
from domain.windows import HOUR_MS
from models.snapshots.facts import recent_violations
from services.snapshots.facts import Facts, SpanFacts
from services.snapshots.wanted import Wanted

# Health goes by the minutes' counts alone.
_OF_ROWS = frozenset(Kind) - {Kind.HEALTH}


def add_last_hour(connection: Connection, facts: Facts, wanted: Wanted, now_ms: int) -> None:
    guild_ids = wanted.guilds(_OF_ROWS, (Span.HOUR,))
    if not guild_ids:
        return
    window = window_of(Span.HOUR, now_ms)
    rows = list(recent_violations(connection, guild_ids, window))
    hour = {guild_id: facts[guild_id].spans[Span.HOUR] for guild_id in guild_ids}
    _add_sums(hour, rollup_deltas(rows, (), window.end_ms))
    _add_hours(facts, rows)


def _add_sums(hour: dict[int, SpanFacts], deltas: RollupDeltas) -> None:
    for (guild_id, _, population, bucket), times in deltas.response_times.items():
        hour[guild_id].response_times[Population(population)].add(bucket, *times)
    for (guild_id, _, user_id), (count, last_ms) in deltas.offenders.items():
        have, last = hour[guild_id].offenders.get(user_id, (0, last_ms))
        hour[guild_id].offenders[user_id] = have + count, max(last, last_ms)
    for (guild_id, _, rule), (*sums, last_ms) in deltas.rules.items():
        *old, last = hour[guild_id].rules.get(rule, (0, 0, 0, last_ms))
        totals = map(int.__add__, sums, old)
        hour[guild_id].rules[rule] = (*totals, max(last, last_ms))
    for (guild_id, _, moderator_id, action, bucket), count in deltas.moderators.items():
        table, place = hour[guild_id].moderators, (moderator_id, action, bucket)
        table[place] = table.get(place, 0) + count


def _add_hours(facts: Facts, rows: Iterable[ViolationRow]) -> None:
    for row in rows:
        guild = facts[row.guild_id]
        local = _local_hour(guild.profile.timezone, row.timestamp_ms)
        guild.spans[Span.HOUR].heat[local] += 1
        guild.spans[Span.HOUR].handled[local] += row.moderator_id is not None


def _local_hour(timezone: str, timestamp_ms: int) -> int:
    epoch_hour = timestamp_ms // HOUR_MS
    ((_, _, offset_minutes),) = local_offset_segments(timezone, epoch_hour, epoch_hour + 1)
    return hour_of_week(epoch_hour, offset_minutes)
