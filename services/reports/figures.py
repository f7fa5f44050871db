"""The figures of a closed time: from rollups, and its edges within an hour from raw rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest

from sqlalchemy import Connection

from domain.health import Health, assess
from domain.report_figures import Appeals, Bar, Event, Figures, Offender, Rule, Times
from domain.report_schedules import Window
from domain.report_window import Cuts, before, cuts_of, same_before
from domain.response_times import Population, ResponseTimes
from domain.rollup_deltas import COUNTS, rollup_deltas
from domain.windows import Window as Buckets
from models.guilds.guild import named_guilds
from models.guilds.profile import guild_profiles
from models.reports.sums import (
    Sums,
    appeal_counts,
    appeals_waiting,
    edges,
    sums_between,
    tellable,
    whole_hours,
)
from models.snapshots import facts as read
from models.snapshots.raids import raids_since
from services.users.names import shown_users

LISTED = 5
_PLACES = {name: place for place, name in enumerate(COUNTS)}


@dataclass(slots=True)
class _Told:
    """What is summed over the whole time: rules by hash with (hits, latest), members likewise."""

    times: dict[Population, ResponseTimes] = field(
        default_factory=lambda: defaultdict(ResponseTimes)
    )
    rules: dict[int, tuple[int, int]] = field(default_factory=dict)
    members: dict[int, tuple[int, int]] = field(default_factory=dict)


def figures_of(connection: Connection, guild_id: int, window: Window) -> Figures:
    """All figures of the window and those it is compared with, read at once."""
    cuts = cuts_of(window)
    told_cuts = tellable(connection, guild_id, cuts.instants_ms)
    sums = sums_between(connection, guild_id, told_cuts)
    earlier = _sums_before(connection, guild_id, window)
    told = _told(connection, guild_id, told_cuts[0], told_cuts[-1])
    counts = _named(_total(sums))
    counts_before = None if earlier is None else _named(_total(earlier))
    return Figures(
        guild_id=guild_id,
        guild_name=_guild_name(connection, guild_id),
        window=window,
        counts=counts,
        before=counts_before,
        health=_health(counts),
        health_before=None if counts_before is None else _health(counts_before),
        bars=_bars(cuts, sums, _violations_before(window, earlier)),
        members=len(told.members),
        rules_hit=len(told.rules),
        bot=_times(told.times[Population.BOT]),
        moderators=_times(told.times[Population.MODERATOR]),
        rules=_rules(connection, guild_id, window, told.rules),
        offenders=_offenders(connection, guild_id, told.members),
        events=_events(connection, guild_id, window),
        appeals=_appeals(connection, guild_id, window),
        is_rounded=told_cuts != list(cuts.instants_ms),
    )


def _sums_before(connection: Connection, guild_id: int, window: Window) -> list[Sums] | None:
    """Those of the time before; None unless Modwatch knew the guild for all of it."""
    earlier = before(window)
    first_ms = guild_profiles(connection, [guild_id])[guild_id].first_event_ms
    if first_ms is None or first_ms > earlier.start_ms:
        return None
    cuts = tellable(connection, guild_id, cuts_of(earlier).instants_ms)
    sums = sums_between(connection, guild_id, cuts)
    return sums if any(map(any, sums)) else None


def _told(connection: Connection, guild_id: int, start_ms: int, end_ms: int) -> _Told:
    told = _Told()
    guilds, hours = [guild_id], [whole_hours(start_ms, end_ms)]
    for _, population, bucket, *times in read.response_times(connection, guilds, hours):
        told.times[Population(population)].add(bucket, *times)
    for _, user_id, count, last_ms in read.offenders(connection, guilds, hours):
        _add(told.members, user_id, count, last_ms)
    for _, rule, high, medium, low, last_ms in read.rules(connection, guilds, hours):
        _add(told.rules, rule, high + medium + low, last_ms)
    for piece in edges(start_ms, end_ms):
        _add_edge(connection, guild_id, told, Buckets(1, *piece))
    return told


def _add_edge(connection: Connection, guild_id: int, told: _Told, piece: Buckets) -> None:
    rows = read.recent_violations(connection, [guild_id], piece)
    deltas = rollup_deltas(rows, (), piece.end_ms)
    for (_, _, population, bucket), times in deltas.response_times.items():
        told.times[Population(population)].add(bucket, *times)
    for (_, _, user_id), (count, last_ms) in deltas.offenders.items():
        _add(told.members, user_id, count, last_ms)
    for (_, _, rule), (*severities, last_ms) in deltas.rules.items():
        _add(told.rules, rule, sum(severities), last_ms)


def _add(table: dict[int, tuple[int, int]], key: int, count: int, last_ms: int) -> None:
    if count:
        have, last = table.get(key, (0, last_ms))
        table[key] = have + count, max(last, last_ms)


def _violations_before(window: Window, earlier: list[Sums] | None) -> list[int | None]:
    """Beside each bar. A month may have more days than the one before it, as a day may hours."""
    places = same_before(window)
    if earlier is None:
        return [None] * len(places)
    counts = [one[_PLACES["violations"]] for one in earlier]
    return [None if place is None else counts[place] for place in places]


def _bars(cuts: Cuts, sums: list[Sums], befores: list[int | None]) -> list[Bar]:
    return [
        Bar(
            label=label,
            **{
                name: one[_PLACES[name]]
                for name in ("high", "medium", "low", "violations", "messages")
            },
            before=earlier,
        )
        for label, one, earlier in zip(cuts.labels, sums, befores, strict=True)
    ]


def _rules(
    connection: Connection, guild_id: int, window: Window, rules: Mapping[int, tuple[int, int]]
) -> list[Rule]:
    """Most hits first, then the one hit last."""
    leading = nsmallest(LISTED, rules, key=lambda rule: (-rules[rule][0], -rules[rule][1], rule))
    if not leading:
        return []
    names = read.rule_names(connection, [(guild_id, rule) for rule in leading])
    decided = read.decided_appeals(connection, [guild_id], window.start_ms)
    overturned = Counter(
        rule
        for _, at_ms, rule, _, granted in decided
        if granted and window.start_ms <= at_ms < window.end_ms
    )
    return [
        Rule(name=names.get((guild_id, rule), ""), hits=rules[rule][0], overturned=overturned[rule])
        for rule in leading
    ]


def _offenders(
    connection: Connection, guild_id: int, members: Mapping[int, tuple[int, int]]
) -> list[Offender]:
    """Most violations first, then the latest, then the lowest id."""
    leading = nsmallest(LISTED, members, key=lambda id: (-members[id][0], -members[id][1], id))
    users = shown_users(connection, leading, guild_id)
    return [
        Offender(user_id=id, name=users[id].username or f"User {id}", violations=members[id][0])
        for id in leading
    ]


def _events(connection: Connection, guild_id: int, window: Window) -> list[Event]:
    return [
        Event(
            started_ms=raid.started_at_ms,
            ended_ms=raid.ended_at_ms,
            violations=raid.violation_count,
            members=len(raid.user_ids),
        )
        for _, raid in raids_since(connection, [guild_id], window.start_ms)
        if raid.started_at_ms < window.end_ms
    ]


def _appeals(connection: Connection, guild_id: int, window: Window) -> Appeals:
    opened, approved, denied = appeal_counts(connection, guild_id, window)
    waiting = appeals_waiting(connection, guild_id)
    return Appeals(opened=opened, approved=approved, denied=denied, waiting=waiting)


def _times(times: ResponseTimes) -> Times:
    return Times(
        count=times.count,
        mean_ms=round(times.mean_ms, 2),
        p50_ms=times.percentile_ms(0.5),
        p95_ms=times.percentile_ms(0.95),
    )


def _total(sums: Iterable[Sums]) -> Sums:
    return tuple(map(sum, zip(*sums, strict=True)))


def _named(sums: Sums) -> dict[str, int]:
    return dict(zip(COUNTS, sums, strict=True))


def _health(counts: Mapping[str, int]) -> Health:
    answers = counts["response_time_count"]
    mean_ms = counts["response_time_ms_sum"] / answers if answers else 0.0
    taken = counts["kicks"] + counts["bans"]
    return assess(counts["messages"], counts["violations"], taken, mean_ms)


def _guild_name(connection: Connection, guild_id: int) -> str:
    row = next(iter(named_guilds(connection, [guild_id])), None)
    return (row.name if row else None) or str(guild_id)
