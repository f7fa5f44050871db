"""Gathering what the snapshots of a chunk of guilds are made from: by guild, then by span."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from domain.raids import Raid
from domain.rollup_deltas import COUNTS, rollup_deltas
from domain.snapshot import SPANS, Kind
from domain.spans import Span, span_window
from domain.temporal import hour_of_week, local_offset_segments
from domain.windows import HOUR_MS, Period, Window, window_of
from models import snapshot_facts as read
from models.guild_profile import GuildProfile, guild_profiles
from models.raid import raids_since
from models.violation_list import ViolationItem, latest_violations

HOURLY_SPANS = (Span.DAY, Span.WEEK, Span.MONTH)
_HEAT_SPANS = (*HOURLY_SPANS, Span.QUARTER)
_VIOLATIONS = COUNTS.index("violations")


def _no_counts() -> tuple[int, ...]:
    return (0,) * len(COUNTS)


@dataclass(slots=True)
class SpanFacts:
    """One guild in one window; `buckets` and `previous` map a bucket's number to its COUNTS."""

    window: Window | None
    buckets: dict[int, tuple[int, ...]] = field(default_factory=dict)
    previous: dict[int, tuple[int, ...]] = field(default_factory=dict)
    response_times: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    # user -> (violations, latest violation)
    offenders: dict[int, tuple[int, int]] = field(default_factory=dict)
    # rule hash -> (high, medium, low, latest hit)
    rules: dict[int, tuple[int, ...]] = field(default_factory=dict)
    # (moderator, action, histogram bucket) -> violations
    moderators: dict[tuple[int, str, int], int] = field(default_factory=dict)
    # local hour of the week -> violations, and those a moderator handled
    heat: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    handled: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    # (rule hash, moderator, overturned) of each violation with a decided appeal
    decided: list[tuple[int, int | None, bool]] = field(default_factory=list)
    dead_rules: list[str] = field(default_factory=list)
    dead_rules_count: int = 0


@dataclass(slots=True)
class GuildFacts:
    profile: GuildProfile
    spans: dict[Span, SpanFacts]
    raids: list[Raid] = field(default_factory=list)
    latest: list[ViolationItem] = field(default_factory=list)
    top_ever: list[tuple[int, int, int]] = field(default_factory=list)
    distribution_ever: dict[int, int] = field(default_factory=dict)


Facts = dict[int, GuildFacts]
Wanted = Mapping[int, Iterable[Span]]  # which spans of which guild


def gather(connection: Connection, wanted: Wanted, now_ms: int) -> Facts:
    """Facts of the `wanted` spans of each guild, one set-based statement per kind of fact."""
    profiles = guild_profiles(connection, sorted(wanted))
    facts = {
        guild_id: GuildFacts(
            profile, {span: SpanFacts(span_window(span, now_ms)) for span in wanted[guild_id]}
        )
        for guild_id, profile in profiles.items()
    }
    for add in (_add_series, _add_hourly, _add_hours_of_week, _add_dead_rules):
        add(connection, facts, now_ms)
    _add_last_hour(connection, facts, now_ms)
    _add_appeals(connection, facts, now_ms)
    _add_all_time(connection, facts)
    _add_latest(connection, facts)
    timed = _needing(facts, *_HEAT_SPANS, Span.HOUR)
    for guild_id, raid in raids_since(connection, timed, _start(Span.QUARTER, now_ms)):
        facts[guild_id].raids.append(raid)
    return facts


def _needing(facts: Facts, *spans: Span) -> list[int]:
    """The guilds of which any of `spans` is wanted."""
    return [id for id, guild in facts.items() if any(span in guild.spans for span in spans)]


def _wanted_of(facts: Facts, *spans: Span) -> list[Span]:
    """Those of `spans` that any guild needs."""
    return [span for span in spans if any(span in guild.spans for guild in facts.values())]


def _add_series(connection: Connection, facts: Facts, now_ms: int) -> None:
    """Each width is read once, as far back as its widest span looks."""
    sources: tuple[tuple[Callable[..., Iterable[Any]], tuple[Span, ...]], ...] = (
        (read.minute_counts, (Span.HOUR,)),
        (read.hour_counts, (Span.DAY, Span.WEEK)),
        (read.day_counts, (Span.MONTH,)),
    )
    for counts, spans in sources:
        windows = [(span, window_of(Period(span), now_ms)) for span in _wanted_of(facts, *spans)]
        if not windows:
            continue
        widest = windows[-1][1]
        reach = range(widest.previous.first, widest.last_exclusive)
        ranges = [(span, one.bucket_range, one.previous.bucket_range) for span, one in windows]
        for guild_id, bucket, *sums in counts(connection, _needing(facts, *spans), reach):
            guild_spans = facts[guild_id].spans
            for span, now, before in ranges:
                if (target := guild_spans.get(span)) is None:
                    continue
                if bucket in now:
                    target.buckets[bucket] = tuple(sums)
                elif bucket in before:
                    target.previous[bucket] = tuple(sums)


def _add_last_hour(connection: Connection, facts: Facts, now_ms: int) -> None:
    """The period `hour` begins within an hour bucket, so it is counted from the raw rows."""
    window = window_of(Period.HOUR, now_ms)
    hour = {guild_id: facts[guild_id].spans[Span.HOUR] for guild_id in _needing(facts, Span.HOUR)}
    if not hour:
        return
    rows = list(read.recent_violations(connection, list(hour), window))
    deltas = rollup_deltas(rows, (), window.end_ms)
    for (guild_id, _, bucket), count in deltas.response_times.items():
        hour[guild_id].response_times[bucket] += count
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
    for row in rows:
        local = _local_hour(facts[row.guild_id].profile.timezone, row.timestamp_ms)
        hour[row.guild_id].heat[local] += 1
        hour[row.guild_id].handled[local] += row.moderator_id is not None


def _local_hour(timezone: str, timestamp_ms: int) -> int:
    epoch_hour = timestamp_ms // HOUR_MS
    ((_, _, offset_minutes),) = local_offset_segments(timezone, epoch_hour, epoch_hour + 1)
    return hour_of_week(epoch_hour, offset_minutes)


def _hours(span: Span, now_ms: int) -> range:
    window = span_window(span, now_ms)
    assert window is not None  # all time has no hours to read
    return range(window.start_ms // HOUR_MS, window.end_ms // HOUR_MS)


def _start(span: Span, now_ms: int) -> int:
    return _hours(span, now_ms).start * HOUR_MS


def _add_hourly(connection: Connection, facts: Facts, now_ms: int) -> None:
    spans = _wanted_of(facts, *HOURLY_SPANS)
    if not spans:
        return
    guild_ids = _needing(facts, *spans)
    hours = [_hours(span, now_ms) for span in spans]
    places = list(enumerate(spans))
    for guild_id, bucket, *sums in read.response_times(connection, guild_ids, hours):
        for target, count in _counted(facts[guild_id], spans, sums):
            target.response_times[bucket] = count
    for guild_id, user_id, *sums, last_ms in read.offenders(connection, guild_ids, hours):
        for target, count in _counted(facts[guild_id], spans, sums):
            target.offenders[user_id] = count, last_ms
    for guild_id, rule, *sums, last_ms in read.rules(connection, guild_ids, hours):
        for place, span in places:
            severities = sums[place :: len(spans)]
            if any(severities) and (found := facts[guild_id].spans.get(span)) is not None:
                found.rules[rule] = (*severities, last_ms)
    for guild_id, moderator_id, action, bucket, *sums in read.moderators(
        connection, guild_ids, hours
    ):
        for target, count in _counted(facts[guild_id], spans, sums):
            target.moderators[moderator_id, action, bucket] = count


def _counted(
    guild: GuildFacts, spans: Iterable[Span], counts: Iterable[int]
) -> Iterator[tuple[SpanFacts, int]]:
    """The wanted spans in which something was counted, and how much."""
    for span, count in zip(spans, counts, strict=True):
        if count and (target := guild.spans.get(span)) is not None:
            yield target, count


def _add_hours_of_week(connection: Connection, facts: Facts, now_ms: int) -> None:
    """The guilds of one timezone share one statement."""
    for handled, among in ((False, _HEAT_SPANS), (True, HOURLY_SPANS)):
        spans = _wanted_of(facts, *among)
        hours = [_hours(span, now_ms) for span in spans]
        by_timezone: dict[str, list[int]] = defaultdict(list)
        for guild_id in _needing(facts, *spans):
            by_timezone[facts[guild_id].profile.timezone].append(guild_id)
        for timezone, guild_ids in by_timezone.items():
            segments = local_offset_segments(timezone, hours[-1].start, hours[-1].stop)
            for guild_id, local, *sums in read.hours_of_week(
                connection, guild_ids, hours, segments, handled_by_moderators=handled
            ):
                for target, count in _counted(facts[guild_id], spans, sums):
                    (target.handled if handled else target.heat)[local] = count


def _add_appeals(connection: Connection, facts: Facts, now_ms: int) -> None:
    spans = _wanted_of(facts, Span.HOUR, *HOURLY_SPANS)
    if not spans:
        return
    for row in read.decided_appeals(connection, _needing(facts, *spans), _start(spans[-1], now_ms)):
        guild_id, timestamp_ms, rule, moderator_id, overturned = row
        for span in spans:
            target = facts[guild_id].spans.get(span)
            if target and target.window and target.window.contains(timestamp_ms):
                target.decided.append((rule, moderator_id, bool(overturned)))


def _add_dead_rules(connection: Connection, facts: Facts, now_ms: int) -> None:
    since_ms = _start(Span.QUARTER, now_ms)
    for span in _wanted_of(facts, Span.HOUR, *HOURLY_SPANS):
        window = span_window(span, now_ms)
        until_ms = window.start_ms if window else now_ms
        guild_ids = _needing(facts, span)
        for guild_id, name, total in read.dead_rules(connection, guild_ids, since_ms, until_ms):
            facts[guild_id].spans[span].dead_rules.append(name)
            facts[guild_id].spans[span].dead_rules_count = total


def _add_all_time(connection: Connection, facts: Facts) -> None:
    guild_ids = _needing(facts, Span.ALL)
    for guild_id, violation_count, users in read.distribution_ever(connection, guild_ids):
        facts[guild_id].distribution_ever[violation_count] = users
    for guild_id, *user in read.top_offenders_ever(connection, guild_ids):
        facts[guild_id].top_ever.append((user[0], user[1], user[2]))


def _add_latest(connection: Connection, facts: Facts) -> None:
    for item in latest_violations(connection, _needing(facts, *SPANS[Kind.OVERVIEW])):
        facts[item.row.guild_id].latest.append(item)
