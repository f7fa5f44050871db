"""Gathering facts: one set-based statement per kind of fact, of the guilds that need it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from domain.snapshot import Kind
from domain.spans import PERIODS, Span, span_window, window_of
from domain.windows import Window
from models.guilds.profile import GuildProfile, guild_profiles
from models.incidents.store import incidents_of
from models.snapshots import facts as read
from models.snapshots.raids import raids_since
from models.violations.list import latest_violations
from services.snapshots.facts import Facts, GuildFacts, SpanFacts
from services.snapshots.hourly import add_appeals, add_dead_rules, add_hourly
from services.snapshots.hours_of_week import add_hours_of_week
from services.snapshots.last_hour import add_last_hour
from services.snapshots.ranking import rank
from services.snapshots.wanted import Wanted

Buckets = dict[int, tuple[int, ...]]
# The first bucket of the window before, the first of the window, the one after it; their places.
Target = tuple[int, int, int, Buckets, Buckets]
_FIGURES = frozenset((Kind.METRICS, Kind.HEALTH, Kind.OVERVIEW))
_OFFENDERS = frozenset((Kind.TOP_OFFENDERS,))
_OVERVIEW = frozenset((Kind.OVERVIEW,))
_TEMPORAL = frozenset((Kind.TEMPORAL_ANALYTICS,))
_SOURCES: tuple[tuple[Callable[..., Iterable[Any]], tuple[Span, ...]], ...] = (
    (read.minute_counts, (Span.HOUR,)),
    (read.hour_counts, (Span.DAY, Span.WEEK)),
    (read.day_counts, (Span.MONTH,)),
)


def gather(connection: Connection, wanted: Wanted, now_ms: int) -> Facts:
    """Facts for the wanted documents of each guild. What others need is left out."""
    profiles = guild_profiles(connection, sorted(wanted.documents))
    facts = {id: _empty(profile, wanted.of(id), now_ms) for id, profile in profiles.items()}
    for add in (_add_series, add_hourly, add_hours_of_week, add_dead_rules):
        add(connection, facts, wanted, now_ms)
    add_last_hour(connection, facts, wanted, now_ms)
    add_appeals(connection, facts, wanted, now_ms)
    _add_all_time(connection, facts, wanted)
    _add_latest(connection, facts, wanted)
    _add_raids(connection, facts, wanted, now_ms)
    rank(facts)
    return facts


def _empty(profile: GuildProfile, spans: Iterable[Span], now_ms: int) -> GuildFacts:
    first_ms = profile.first_event_ms
    return GuildFacts(
        profile,
        {span: SpanFacts(span_window(span, now_ms), data_since_ms=first_ms) for span in spans},
    )


def _add_series(connection: Connection, facts: Facts, wanted: Wanted, now_ms: int) -> None:
    """Each width is read once, as far back as its widest span looks."""
    for counts, spans in _SOURCES:
        windows = [(span, window_of(span, now_ms)) for span in wanted.spans(_FIGURES, spans)]
        if not windows:
            continue
        widest = windows[-1][1]
        reach = range(widest.previous.first, widest.last_exclusive)
        guild_ids = wanted.guilds(_FIGURES, spans)
        targets = {id: _targets(facts[id], windows) for id in guild_ids}
        for row in counts(connection, guild_ids, reach):
            bucket, sums = row[1], row[2:]
            for before, first, last, buckets, previous in targets[row[0]]:
                if first <= bucket < last:
                    buckets[bucket] = sums
                elif before <= bucket < first:
                    previous[bucket] = sums


def _targets(guild: GuildFacts, windows: Iterable[tuple[Span, Window]]) -> list[Target]:
    return [
        (one.previous.first, one.first, one.last_exclusive, facts.buckets, facts.previous)
        for span, one in windows
        if (facts := guild.spans.get(span)) is not None
    ]


def _add_all_time(connection: Connection, facts: Facts, wanted: Wanted) -> None:
    guild_ids = wanted.guilds(_OFFENDERS, (Span.ALL,))
    if not guild_ids:
        return
    for guild_id, violation_count, users in read.distribution_ever(connection, guild_ids):
        facts[guild_id].distribution_ever[violation_count] = users
    for guild_id, *user in read.top_offenders_ever(connection, guild_ids):
        facts[guild_id].top_ever.append((user[0], user[1], user[2]))


def _add_latest(connection: Connection, facts: Facts, wanted: Wanted) -> None:
    guild_ids = wanted.guilds(_OVERVIEW, PERIODS)
    if guild_ids:
        for item in latest_violations(connection, guild_ids):
            facts[item.row.guild_id].latest.append(item)


def _add_raids(connection: Connection, facts: Facts, wanted: Wanted, now_ms: int) -> None:
    guild_ids = wanted.guilds(_TEMPORAL, tuple(Span))
    if not guild_ids:
        return
    since_ms = window_of(Span.QUARTER, now_ms).start_ms
    for guild_id, raid in raids_since(connection, guild_ids, since_ms):
        facts[guild_id].raids.append(raid)
    for guild_id, id, from_ms, until_ms in incidents_of(connection, guild_ids, since_ms):
        facts[guild_id].incidents.append((id, from_ms, until_ms))
