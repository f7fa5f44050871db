"""formulas.md in finished answers about people: offenders, raids, moderators, counted by eye."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from adapters.database import Database
from domain.clock import rfc3339
from domain.snapshot import Kind
from domain.spans import PERIODS, Span
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.events import structs as events
from schemas.events.structs import Snowflake, TimestampMs
from tests.services.events import user, violation
from tests.services.settling import settle_in
from tests.services.told import GUILD, NOW_MS, answers, appeals


def test_of_as_many_violations_the_latest_and_then_the_lowest_id_leads(database: Database) -> None:
    tied = [violation(GUILD, NOW_MS - MINUTE_MS, user_id) for user_id in (30, 9, 100)]
    later = violation(GUILD, NOW_MS, 500)
    first = [violation(GUILD, NOW_MS - n * MINUTE_MS, 700) for n in (5, 3)]
    few = [violation(GUILD, NOW_MS - (10 + n) * MINUTE_MS, 800 + n) for n in range(7)]
    about: dict[str, Any] = {"guild_id": Snowflake(GUILD), "timestamp": TimestampMs(NOW_MS)}
    told = answers(
        database,
        *(*tied, later, *first, *few),
        events.WarningEvent(id=uuid4(), user_id=Snowflake(700), level=3, **about),
        events.GuildEvent(id=uuid4(), member_count=48, **about),
        user(GUILD, NOW_MS, 700, "ada"),
    )
    for span in (*PERIODS, Span.ALL):
        said = told[Kind.TOP_OFFENDERS, span]
        shown = [int(one["user_id"]) for one in said["top_users"]]
        assert shown == [700, 500, 9, 30, 100, 800, 801, 802, 803, 804], span
        assert said["top_users"][0] == {
            "user_id": "700",
            "username": "ada",
            "avatar": said["top_users"][0]["avatar"],
            "violation_count": 2,
            "warning_level": 3,
            "last_violation": rfc3339(NOW_MS - 3 * MINUTE_MS),
        }
        assert said["violation_distribution"] == {"1": 11, "2": 1}
        assert said["moderated_users_pct"] == 25.0


def test_nobody_knows_the_share_of_an_unknown_number(database: Database) -> None:
    told = answers(database, violation(GUILD, NOW_MS))
    assert told[Kind.TOP_OFFENDERS, Span.ALL]["moderated_users_pct"] == 0.0


def test_raids_peaks_and_the_hours_of_the_week(database: Database) -> None:
    settle_in(database, GUILD, "Asia/Kolkata", NOW_MS)  # five and a half hours ahead
    raid_ms = NOW_MS // HOUR_MS * HOUR_MS - 20 * HOUR_MS  # Tuesday 14:00, 19:30 there
    old_ms = NOW_MS - 10 * DAY_MS
    told = answers(
        database,
        *(violation(GUILD, raid_ms + n * 20_000, 60 + n % 3) for n in range(11)),
        *(violation(GUILD, old_ms + n, 41) for n in range(10)),
        violation(GUILD, NOW_MS),
        user(GUILD, NOW_MS, 61, "ada"),
    )
    day, month = (told[Kind.TEMPORAL_ANALYTICS, span] for span in (Span.DAY, Span.MONTH))
    tuesday = {"day_of_week": 2, "hour": 19, "violation_count": 11}
    today = {"day_of_week": 3, "hour": 15, "violation_count": 1}
    then = {"day_of_week": 0, "hour": 15, "violation_count": 10}
    assert (day["heatmap"], day["peak_times"]) == ([tuesday, today], [tuesday, today])
    assert month["heatmap"] == [then, tuesday, today]
    assert month["peak_times"] == [tuesday, then, today]
    assert day["avg_violations_per_hour"] == 0.5
    # From the hour of the first event, ten days and an hour ago, to the end of the window's day.
    assert month["avg_violations_per_hour"] == round(22 / (10 * 24 + 14), 4)
    (raid,) = day["major_events"]
    assert UUID(raid.pop("incident_id"))
    assert raid == {
        "timestamp": rfc3339(raid_ms),
        "ended_at": rfc3339(raid_ms + 200_000),
        "event_type": "mass_violations",
        "description": "11 violations by 3 members in 3 min 20 s",
        "violation_count": 11,
        "user_ids": ["60", "61", "62"],
        "usernames": [None, "ada", None],
    }
    assert [one["violation_count"] for one in month["major_events"]] == [11, 10]
    assert told[Kind.TEMPORAL_ANALYTICS, Span.HOUR]["major_events"] == []


def test_moderators_by_their_actions_and_their_mistakes(database: Database) -> None:
    """The second handles nothing on Tuesday, when something happened: a gap."""
    usual: dict[str, Any] = {"moderator_id": Snowflake(7), "response_time_ms": 10}
    kicked = violation(GUILD, NOW_MS, action_taken="kick", **usual)
    warned = [violation(GUILD, NOW_MS, **usual) for _ in range(2)]
    slow = violation(GUILD, NOW_MS, moderator_id=Snowflake(7), response_time_ms=15)
    other = violation(GUILD, NOW_MS, action_taken="ban", moderator_id=Snowflake(3))
    alone = violation(GUILD, NOW_MS - 20 * HOUR_MS)
    sent = [kicked, *warned, slow, other, alone]
    sent += [
        *appeals(kicked, "approved"),
        *appeals(warned[0], "denied"),
        *appeals(alone, "approved"),
    ]
    told = answers(database, *sent)[Kind.MODERATORS, Span.DAY]
    none = dict.fromkeys(("warning", "timeout", "kick", "ban", "other", "none"), 0)
    assert told["moderators"] == [
        {
            "user_id": "7",
            "username": None,
            "avatar": None,
            "actions_total": 4,
            "actions": none | {"warning": 3, "kick": 1},
            "response_time_p50_ms": 10.0,
            "response_time_p95_ms": 15.0,
            "overturned_count": 1,
            "overturned_pct": 25.0,
        },
        {
            "user_id": "3",
            "username": None,
            "avatar": None,
            "actions_total": 1,
            "actions": none | {"ban": 1},
            "response_time_p50_ms": 0.0,
            "response_time_p95_ms": 0.0,
            "overturned_count": 0,
            "overturned_pct": 0.0,
        },
    ]
    assert told["coverage_gaps"] == [{"day_of_week": 2, "hour": 14, "violation_count": 1}]
