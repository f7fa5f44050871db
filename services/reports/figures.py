"""The figures of a closed time: from rollups, and its edges within an hour from raw rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from domain.health import Health, assess
from domain.report_figures import Appeals, Bar, Event, Figures, Offender, Rule, Times
from domain.report_schedules import Window
from domain.report_window import Cuts, before, cuts_of, same_before
from domain.response_times import Population, ResponseTimes
from domain.rollup_deltas import COUNTS
from models.exports.stretch import Stretch, edge_times, leading, offenders, rules
from models.guilds.guild import named_guilds
from models.guilds.profile import guild_profiles
from models.reports.sums import Sums, appeal_counts, appeals_waiting, sums_between, tellable
from models.snapshots import facts as read
from models.snapshots.raids import raids_since
from services.users.names import shown_users

LISTED = 5
_PLACES = {name: place for place, name in enumerate(COUNTS)}


def figures_of(connection: Connection, guild_id: int, window: Window) -> Figures:
    """All figures of the window and those it is compared with, read at once."""
    cuts = cuts_of(window)
    told_cuts = tellable(connection, guild_id, cuts.instants_ms)
    sums = sums_between(connection, guild_id, told_cuts)
    earlier = _sums_before(connection, guild_id, window)
    stretch = Stretch(guild_id, told_cuts[0], told_cuts[-1])
    leading_rules, rules_hit = _rules(connection, stretch, window)
    leading_members, members = _offenders(connection, stretch)
    times = _times_of(connection, stretch)
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
        members=members,
        rules_hit=rules_hit,
        bot=times[Population.BOT],
        moderators=times[Population.MODERATOR],
        rules=leading_rules,
        offenders=leading_members,
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


def _times_of(connection: Connection, stretch: Stretch) -> dict[Population, Times]:
    told = {population: ResponseTimes() for population in Population}
    guilds, hours = [stretch.guild_id], [stretch.whole_hours]
    for _, population, bucket, *times in read.response_times(connection, guilds, hours):
        told[Population(population)].add(bucket, *times)
    for population, bucket, *times in edge_times(connection, stretch):
        told[Population(population)].add(bucket, *times)
    return {population: _times(times) for population, times in told.items()}


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


def _rules(connection: Connection, stretch: Stretch, window: Window) -> tuple[Sequence[Rule], int]:
    """Most hits first, then the one hit last; and how many were hit."""
    leaders, hit = leading(connection, rules(stretch), LISTED)
    if not leaders:
        return [], hit
    decided = read.decided_appeals(connection, [stretch.guild_id], window.start_ms)
    overturned = Counter(
        rule
        for _, at_ms, rule, _, granted in decided
        if granted and window.start_ms <= at_ms < window.end_ms
    )
    return [
        Rule(name=name or "", hits=high + medium + low, overturned=overturned[rule])
        for rule, name, high, medium, low, _ in leaders
    ], hit


def _offenders(connection: Connection, stretch: Stretch) -> tuple[Sequence[Offender], int]:
    """Most violations first, then the latest, then the lowest id; and how many members had any."""
    leaders, members = leading(connection, offenders(stretch), LISTED)
    users = shown_users(connection, [id for id, *_ in leaders], stretch.guild_id)
    return [
        Offender(user_id=id, name=users[id].username or f"User {id}", violations=count)
        for id, count, _ in leaders
    ], members


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
