"""What is summed up from rollups of the hour: one statement a table for all spans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from domain.response_times import Population
from domain.snapshot import Kind
from domain.spans import PERIODS, Span, seen_since_ms, window_of
from domain.windows import HOUR_MS
from models.snapshots import facts as read
from services.snapshots.facts import Facts, GuildFacts, SpanFacts
from services.snapshots.wanted import Wanted

HOURLY_SPANS = (Span.DAY, Span.WEEK, Span.MONTH)
_METRICS = frozenset((Kind.METRICS, Kind.OVERVIEW))
_OFFENDERS = frozenset((Kind.TOP_OFFENDERS,))
_RULES = frozenset((Kind.RULE_EFFECTIVENESS,))
_MODERATORS = frozenset((Kind.MODERATORS,))
_DECIDED = _RULES | _MODERATORS


def hours_of(span: Span, now_ms: int) -> range:
    """The epoch hours of a window; all time has none to read."""
    window = window_of(span, now_ms)
    return range(window.start_ms // HOUR_MS, window.end_ms // HOUR_MS)


def counted(
    guild: GuildFacts, spans: Iterable[Span], counts: Iterable[int]
) -> Iterator[tuple[SpanFacts, int]]:
    """The wanted spans in which something was counted, and how much."""
    guild_spans = guild.spans
    for span, count in zip(spans, counts, strict=True):
        if count and (target := guild_spans.get(span)) is not None:
            yield target, count


def _by_span(
    guild: GuildFacts, spans: Sequence[Span], sums: Sequence[Any]
) -> Iterator[tuple[SpanFacts, Sequence[Any]]]:
    """The wanted spans with their own of `sums`: of each kind one a span, kind after kind."""
    guild_spans = guild.spans
    for place, span in enumerate(spans):
        if (target := guild_spans.get(span)) is not None:
            yield target, sums[place :: len(spans)]


def add_hourly(connection: Connection, facts: Facts, wanted: Wanted, now_ms: int) -> None:
    for kinds, add in (
        (_METRICS, _add_response_times),
        (_OFFENDERS, _add_offenders),
        (_RULES, _add_rules),
        (_MODERATORS, _add_moderators),
    ):
        if spans := wanted.spans(kinds, HOURLY_SPANS):
            hours = [hours_of(span, now_ms) for span in spans]
            add(connection, facts, wanted.guilds(kinds, HOURLY_SPANS), spans, hours)


def _add_response_times(
    connection: Connection,
    facts: Facts,
    guild_ids: list[int],
    spans: list[Span],
    hours: list[range],
) -> None:
    named = {population.value: population for population in Population}
    for guild_id, population, bucket, *times in read.response_times(connection, guild_ids, hours):
        for target, (count, sum_ms, largest_ms) in _by_span(facts[guild_id], spans, times):
            if count:
                target.response_times[named[population]].add(bucket, count, sum_ms, largest_ms)


def _add_offenders(
    connection: Connection,
    facts: Facts,
    guild_ids: list[int],
    spans: list[Span],
    hours: list[range],
) -> None:
    for guild_id, user_id, *sums in read.offenders(connection, guild_ids, hours):
        for target, (count, last_ms) in _by_span(facts[guild_id], spans, sums):
            if count:
                target.offenders[user_id] = count, last_ms


def _add_rules(
    connection: Connection,
    facts: Facts,
    guild_ids: list[int],
    spans: list[Span],
    hours: list[range],
) -> None:
    for guild_id, rule, *sums in read.rules(connection, guild_ids, hours):
        for target, hits in _by_span(facts[guild_id], spans, sums):
            if any(hits):
                target.rules[rule] = tuple(hits)


def _add_moderators(
    connection: Connection,
    facts: Facts,
    guild_ids: list[int],
    spans: list[Span],
    hours: list[range],
) -> None:
    for guild_id, moderator_id, action, bucket, *sums in read.moderators(
        connection, guild_ids, hours
    ):
        for target, count in counted(facts[guild_id], spans, sums):
            target.moderators[moderator_id, action, bucket] = count


def add_appeals(connection: Connection, facts: Facts, wanted: Wanted, now_ms: int) -> None:
    spans = wanted.spans(_DECIDED, PERIODS)
    if not spans:
        return
    since_ms = window_of(spans[-1], now_ms).start_ms
    for row in read.decided_appeals(connection, wanted.guilds(_DECIDED, PERIODS), since_ms):
        guild_id, timestamp_ms, rule, moderator_id, overturned = row
        for span in spans:
            target = facts[guild_id].spans.get(span)
            if target and target.window and target.window.contains(timestamp_ms):
                target.decided.append((rule, moderator_id, bool(overturned)))


def add_dead_rules(connection: Connection, facts: Facts, wanted: Wanted, now_ms: int) -> None:
    for span in wanted.spans(_RULES, PERIODS):
        window = window_of(span, now_ms)
        rows = read.dead_rules(
            connection, wanted.guilds(_RULES, (span,)), seen_since_ms(window), window.start_ms
        )
        for guild_id, name, total in rows:
            facts[guild_id].spans[span].dead_rules.append(name)
            facts[guild_id].spans[span].dead_rules_count = total
