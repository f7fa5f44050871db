"""The figures of a report are those of its own raw rows, whatever the clock of its zone does."""

from __future__ import annotations

from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, cast
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import event, update

from adapters.database import Database
from domain.clock import rfc3339
from domain.exports import ExportType
from domain.health import assess
from domain.report_figures import Figures
from domain.report_schedules import Cadence, Window
from domain.report_window import before, cuts_of, same_before
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.guilds.guild import Guild
from models.rollups.rules import rule_hash
from schemas.events.structs import AppealEvent, GuildEvent, Snowflake, TimestampMs, ViolationEvent
from services.ingest.store import ingest_events
from services.reports.figures import figures_of
from services.snapshots.materialise import materialise_dirty
from tests.parts import Clock, Web, make_web, settings_for
from tests.services import stored
from tests.services.events import messages, user, violation
from tests.services.exports.life import run_due
from tests.services.reports import recounted
from tests.services.reports.windows import (
    BERLIN_DAY,
    BERLIN_WEEK,
    KATHMANDU_MONTH,
    KOLKATA_DAY,
    KOLKATA_WEEK,
    LORD_HOWE_WEEK,
    window,
)

GUILD, OTHER = 3 * 10**17, 3 * 10**17 + 1
WINDOWS = (
    BERLIN_DAY,
    BERLIN_WEEK,
    KOLKATA_DAY,
    KOLKATA_WEEK,
    KATHMANDU_MONTH,
    LORD_HOWE_WEEK,
)
SEVERITIES, TYPES = ("low", "medium", "high"), ("regex", "ai", "automod", "manual", "raid")
ACTIONS = ("warn", "timeout", "kick", "ban", "note", "")


def history(window: Window, random: Random) -> list[Any]:
    """Events of the window and the one before, most of them close to an edge or a cut."""
    earliest = before(window).start_ms - 2 * HOUR_MS
    near = [before(window).start_ms, *cuts_of(window).instants_ms]
    times = [random.randrange(earliest, window.end_ms + HOUR_MS) for _ in range(150)]
    times += [at + random.randrange(-HOUR_MS, HOUR_MS) for at in random.choices(near, k=150)]
    times += [at + off for at in near for off in (-1, 0)]
    events: list[Any] = [_hit(random, at_ms, GUILD) for at_ms in times]
    events += [messages(GUILD, at_ms, random.randrange(1, 90)) for at_ms in times[::2]]
    events += [_hit(random, at_ms, OTHER) for at_ms in times[::9]]
    return [messages(GUILD, earliest - DAY_MS), *events]


def _hit(random: Random, at_ms: int, guild_id: int) -> ViolationEvent:
    kind = random.choice(TYPES)
    made: ViolationEvent = violation(
        guild_id,
        at_ms,
        user_id=random.randrange(1, 12),
        severity=random.choice(SEVERITIES),
        detection_type=kind,
        action_taken=random.choice(ACTIONS),
        rule=random.choice((None, "Spam", "Links", "Caps", "Raid")),
        reason=random.choice(("bought", "begged", "sold")),
        response_time_ms=random.choice((None, random.randrange(5, 90_000))),
    )
    return made


def figures(database: Database, window: Window) -> Figures:
    with database.read() as connection:
        return figures_of(connection, GUILD, window)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda one: f"{one.timezone}-{one.cadence}")
def test_they_are_what_a_recount_of_the_raw_rows_gives(database: Database, window: Window) -> None:
    ingest_events(database, history(window, Random(7)), window.nominal_ms)
    found, earlier = figures(database, window), before(window)
    assert found.counts == recounted.counts(database, GUILD, window.start_ms, window.end_ms)
    assert found.before == recounted.counts(database, GUILD, earlier.start_ms, earlier.end_ms)
    assert not found.is_rounded
    cuts = cuts_of(window).instants_ms
    for bar, (start_ms, end_ms) in zip(found.bars, pairwise(cuts), strict=True):
        own = recounted.counts(database, GUILD, start_ms, end_ms)
        told = (bar.high, bar.medium, bar.low, bar.violations, bar.messages)
        assert told == tuple(own[n] for n in ("high", "medium", "low", "violations", "messages"))
    members = recounted.ranked(database, GUILD, window, "user_id")
    assert [(one.user_id, one.violations) for one in found.offenders] == members
    rules = recounted.ranked(database, GUILD, window, "rule_hash")
    assert [(rule_hash(one.name), one.hits) for one in found.rules] == rules
    hits = recounted.raw(database, "violations", GUILD, window.start_ms, window.end_ms)
    assert found.members == len({hit["user_id"] for hit in hits})
    assert found.rules_hit == len({hit["rule_hash"] for hit in hits})
    for told_times, manual in ((found.bot, False), (found.moderators, True)):
        times = recounted.response_times(database, GUILD, window, manual)
        assert told_times.count == len(times)
        assert told_times.mean_ms == pytest.approx(sum(times) / len(times), abs=0.01)
        assert told_times.p50_ms == pytest.approx(times[-(-len(times) // 2) - 1], rel=0.1)
    counts = found.counts
    mean_ms = counts["response_time_ms_sum"] / counts["response_time_count"]
    taken = counts["kicks"] + counts["bans"]
    assert found.health == assess(counts["messages"], counts["violations"], taken, mean_ms)


@pytest.mark.parametrize(
    "window", [BERLIN_WEEK, KOLKATA_WEEK, LORD_HOWE_WEEK], ids=lambda one: one.timezone
)
def test_they_are_what_the_api_says_of_the_same_time(
    database_url: str, tmp_path: Path, window: Window
) -> None:
    web = make_web(
        settings_for(database_url, tmp_path, LONG_PROCESSES="0"), Clock(window.nominal_ms)
    )
    database = web.parts.database
    ingest_events(database, history(window, Random(7)), window.nominal_ms)
    found = figures(database, window)
    hours = told(web, ExportType.METRICS, window)
    for name in set(hours[0]) - {"timestamp", "avg_response_time_ms"}:
        assert sum(row[name] for row in hours) == found.counts[name], name
    (health,) = told(web, ExportType.HEALTH_METRICS, window)
    assert found.health is not None
    assert health["health_score"] == found.health.score
    members = told(web, ExportType.TOP_OFFENDERS, window)
    ranked = [(int(row["user_id"]), row["violation_count"]) for row in members]
    assert ranked[:5] == [(one.user_id, one.violations) for one in found.offenders]
    rules = told(web, ExportType.RULE_EFFECTIVENESS, window)
    hits = [(row["rule_name"], row["violation_count"]) for row in rules if not row["dead"]]
    assert hits[:5] == [(one.name, one.hits) for one in found.rules]
    web.parts.close()


def told(web: Web, export_type: ExportType, window: Window) -> list[dict[str, Any]]:
    """What an export from its begin to its end says, asked for and fetched over HTTP."""
    client = web.reader(GUILD, role="moderator")
    between = {"from": rfc3339(window.start_ms), "to": rfc3339(window.end_ms)}
    wish = {"export_type": export_type, "format": "ndjson", **between}
    asked = client.post(f"/api/v1/servers/{GUILD}/export", json=wish)
    assert asked.status_code == 202, asked.get_json()
    run_due(web.parts)
    lines = client.get(asked.get_json()["download_url"]).get_data()
    return [orjson.loads(line) for line in lines.splitlines()]


def test_the_week_of_a_clock_change_has_a_day_of_23_hours() -> None:
    cuts = cuts_of(BERLIN_WEEK).instants_ms
    hours = [(end - start) // HOUR_MS for start, end in pairwise(cuts)]
    assert hours == [24, 24, 24, 24, 24, 24, 23]
    assert len(cuts_of(BERLIN_DAY).labels) == 23
    assert cuts_of(BERLIN_DAY).labels[:4] == ("00", "01", "03", "04")


def test_hours_are_compared_by_the_clock_on_days_when_it_changes(database: Database) -> None:
    """Five o'clock is five hours after midnight, and four on the day on which it is put on."""
    after = window("Europe/Berlin", Cadence.DAILY, "2026-03-30", "2026-03-31")
    for told, hours in ((BERLIN_DAY, 5), (after, 4)):
        five_ms = before(told).start_ms + hours * HOUR_MS
        events = [messages(GUILD, five_ms - 2 * DAY_MS), violation(GUILD, five_ms)]
        ingest_events(database, events, told.nominal_ms)
        bars = figures(database, told).bars
        assert [bar.label for bar in bars if bar.before] == ["05"]


def test_an_hour_that_the_clock_shows_twice_is_compared_once() -> None:
    twice = window("Europe/Berlin", Cadence.DAILY, "2026-10-25", "2026-10-26")
    assert same_before(twice) == [0, 1, 2, None, *range(3, 24)]
    after = window("Europe/Berlin", Cadence.DAILY, "2026-10-26", "2026-10-27")
    assert same_before(after) == [0, 1, 2, *range(4, 25)]
    assert same_before(BERLIN_WEEK) == [*range(7)]
    month = window("Europe/Berlin", Cadence.MONTHLY, "2026-03-01", "2026-04-01")
    assert same_before(month) == [*range(28), None, None, None]


def test_nothing_is_compared_where_the_time_before_was_not_seen_whole(database: Database) -> None:
    week, earlier = BERLIN_WEEK, before(BERLIN_WEEK)
    ingest_events(database, [messages(GUILD, week.start_ms, 50)], week.nominal_ms)
    assert (figures(database, week).before, figures(database, week).health_before) == (None, None)
    ingest_events(database, [messages(GUILD, earlier.start_ms + 1, 5)], week.nominal_ms)
    assert figures(database, week).before is None
    ingest_events(database, [messages(GUILD, earlier.start_ms - 1, 5)], week.nominal_ms)
    assert (figures(database, week).before or {})["messages"] == 5


@pytest.mark.parametrize("window", [BERLIN_DAY, KOLKATA_DAY], ids=lambda one: one.timezone)
def test_no_more_is_read_where_members_and_rules_are_many(
    postgres_url: str, window: Window
) -> None:
    """A guild may have a million of them: the database counts, and gives the first ones."""
    rows: list[int] = []
    with closing(Database(postgres_url)) as database:
        hits = [
            violation(GUILD, at_ms, user_id=n + 1, rule=f"Rule {n}")
            for n in range(300)
            for at_ms in (window.start_ms + n, window.start_ms + HOUR_MS + n)
        ]
        ingest_events(database, hits, window.nominal_ms)

        def note(_: Any, cursor: Any, *__: Any) -> None:
            rows.append(cursor.rowcount)

        with database.read() as connection:
            event.listen(connection, "after_cursor_execute", note)
            found = figures_of(connection, GUILD, window)
    assert (found.members, found.rules_hit, found.counts["violations"]) == (300, 300, 600)
    assert found.offenders[0].user_id == 300
    assert max(rows) < 100


def test_an_empty_guild_has_an_empty_report(database: Database) -> None:
    assert figures(database, KOLKATA_WEEK).is_empty
    ingest_events(database, [messages(GUILD, KOLKATA_WEEK.end_ms)], KOLKATA_WEEK.nominal_ms)
    assert figures(database, KOLKATA_WEEK).is_empty
    ingest_events(database, [messages(GUILD, KOLKATA_WEEK.end_ms - 1)], KOLKATA_WEEK.nominal_ms)
    assert not figures(database, KOLKATA_WEEK).is_empty


def test_names_events_and_appeals_are_those_of_the_window(database: Database) -> None:
    week, at_ms = BERLIN_WEEK, BERLIN_WEEK.start_ms + DAY_MS
    raid = [violation(GUILD, at_ms + n * 1000, user_id=n % 3, rule="Raid") for n in range(12)]
    late = [violation(GUILD, week.end_ms + n * 1000, user_id=9) for n in range(12)]
    where: Any = {"guild_id": Snowflake(GUILD)}
    decided = (("approved", at_ms), ("denied", week.end_ms), ("pending", at_ms))
    appeals = [
        AppealEvent(
            id=uuid4(),
            appeal_id=hit.id.hex,
            violation_id=hit.id,
            status=cast(Any, status),
            timestamp=TimestampMs(time),
            **where,
        )
        for hit, (status, time) in zip(raid, decided, strict=False)
    ]
    named = GuildEvent(id=uuid4(), name="Lighthouse", timestamp=TimestampMs(at_ms), **where)
    events = [*raid, *late, *appeals, named, user(GUILD, at_ms, 1, "ada")]
    ingest_events(database, events, week.nominal_ms)
    materialise_dirty(database, stored.no_cache(), lambda: week.nominal_ms)
    found = figures(database, week)
    assert found.guild_name == "Lighthouse"
    told_names = [(one.name, one.violations) for one in found.offenders]
    assert told_names == [("User 2", 4), ("ada", 4), ("User 0", 4)]
    (event,) = found.events
    assert (event.started_ms, event.violations, event.members) == (at_ms, 12, 3)
    told = found.appeals
    assert (told.opened, told.approved, told.denied, told.waiting) == (2, 1, 0, 1)
    assert [(rule.name, rule.overturned) for rule in found.rules] == [("Raid", 1)]


def test_edges_whose_raw_rows_are_gone_are_those_of_whole_hours(database: Database) -> None:
    week = KOLKATA_WEEK
    hour_ms = week.start_ms // HOUR_MS * HOUR_MS
    hits = [violation(GUILD, hour_ms + n * MINUTE_MS) for n in (10, 29, 31, 59)]
    ingest_events(database, hits, week.nominal_ms)
    assert figures(database, week).counts["violations"] == 2
    with database.write() as connection:
        connection.execute(update(Guild).values(kept_from_ms=week.end_ms + DAY_MS))
    rounded = figures(database, week)
    assert rounded.is_rounded
    assert rounded.counts["violations"] == sum(bar.violations for bar in rounded.bars) == 4
    assert rounded.offenders[0].violations == 4
