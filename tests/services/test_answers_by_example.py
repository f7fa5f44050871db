"""formulas.md in finished answers: examples that one counts by eye, on both databases."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from adapters.database import Database
from domain.clock import parse_rfc3339, rfc3339
from domain.snapshot import PERIODS, Kind
from domain.spans import Span, span_window
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS, Window
from schemas import event as events
from schemas.event import Snowflake, TimestampMs
from services.ingest import ingest_events
from services.materialise import materialise_dirty
from tests.services import stored
from tests.services.events import messages, user, violation
from tests.services.settling import settle_in

GUILD = 10**17
NOW_MS = parse_rfc3339("2026-03-18T10:20:05.250Z")  # a Wednesday


def answers(database: Database, *sent: Any) -> dict[tuple[Kind, Span], Any]:
    """What the reads say once these events are in, by kind and span."""
    for half in (sent[::2], sent[1::2]):
        ingest_events(database, list(half), NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    made = stored.made_bodies(database, [GUILD], NOW_MS)
    return {(kind, span): json.loads(body) for (_, kind, span), body in made.items()}


def appeals(hit: Any, *statuses: Any) -> list[Any]:
    """One appeal of `hit` for each status."""
    where: dict[str, Any] = {"guild_id": Snowflake(GUILD), "timestamp": TimestampMs(NOW_MS)}
    return [
        events.AppealEvent(
            id=uuid4(), appeal_id=str(uuid4()), violation_id=hit.id, status=status, **where
        )
        for status in statuses
    ]


def window_of(span: Span) -> Window:
    window = span_window(span, NOW_MS)
    assert window is not None
    return window


def test_a_rule_is_judged_by_its_decided_appeals(database: Database) -> None:
    caps = [violation(GUILD, NOW_MS - n * 1000, rule="caps", severity="high") for n in range(7)]
    links = [violation(GUILD, NOW_MS - (1 + n) * 1000, reason="links") for n in range(7)]
    spam = [violation(GUILD, NOW_MS - 5_000, rule="", severity="medium")]
    decided = ["denied", "denied", "denied", "approved", "approved", "pending"]
    sent = [*caps, *links, *spam]
    for hit, status in zip(caps, decided, strict=False):
        sent += appeals(hit, status)
    for hit in links[:4]:
        sent += appeals(hit, "approved")
    # Two appeals of one violation are one decision, and one that was granted overturns it.
    sent += appeals(spam[0], "denied", "approved")
    for span in PERIODS:
        told = answers(database, *sent)[Kind.RULE_EFFECTIVENESS, span]
        sent = []
        assert told["total_rule_violations"] == 15
        assert [list(rule.values()) for rule in told["top_rules"]] == [
            # Of as many hits, the one that was hit later first.
            _rule("caps", 7, (7, 0, 0), 2, 0.6, False, NOW_MS),
            _rule("links", 7, (0, 0, 7), 4, 1.0, True, NOW_MS - 1_000),
            _rule("spam", 1, (0, 1, 0), 1, 1.0, True, NOW_MS - 5_000),
        ]


def _rule(
    name: str,
    count: int,
    severities: tuple[int, int, int],
    overturned: int,
    precision: float,
    small_sample: bool,
    last_hit_ms: int,
) -> list[Any]:
    spread = dict(zip(("high", "medium", "low"), severities, strict=True))
    return [name, count, spread, overturned, precision, small_sample, rfc3339(last_hit_ms)]


def test_dead_rules_were_seen_within_ninety_days_but_not_in_the_period(database: Database) -> None:
    ago_days = {"today": 0, "two": 2, "ten": 10, "forty": 40, "eighty": 80, "ninety-two": 92}
    hits = [violation(GUILD, NOW_MS - ago * DAY_MS, rule=name) for name, ago in ago_days.items()]
    told = answers(database, *hits)
    dead = {span: told[Kind.RULE_EFFECTIVENESS, span]["dead_rules"] for span in PERIODS}
    assert dead == {
        Span.HOUR: ["two", "ten", "forty", "eighty"],
        Span.DAY: ["two", "ten", "forty", "eighty"],
        Span.WEEK: ["ten", "forty", "eighty"],
        Span.MONTH: ["forty", "eighty"],
    }


@pytest.mark.parametrize("span", PERIODS)
def test_health_compares_a_window_with_the_one_before(database: Database, span: Span) -> None:
    """At the very edges of both: the first and last milliseconds in, those outside of neither."""
    now, before = window_of(span), window_of(span).previous
    kick: dict[str, Any] = {"action_taken": "Kicked"}
    ban: dict[str, Any] = {"action_taken": "Banned"}
    slow: dict[str, Any] = {"response_time_ms": 550}
    told = answers(
        database,
        messages(GUILD, before.start_ms - 1, 900_000),
        messages(GUILD, before.start_ms, 500),
        messages(GUILD, before.end_ms - 1, 500),
        messages(GUILD, now.start_ms, 1_400),
        messages(GUILD, now.end_ms - 1, 100),
        messages(GUILD, now.end_ms, 900_000),
        *(violation(GUILD, before.start_ms, **slow) for _ in range(8)),
        *(violation(GUILD, now.start_ms, **slow) for _ in range(6)),
        *(violation(GUILD, now.end_ms - 1, **slow, **kick) for _ in range(2)),
        violation(GUILD, now.start_ms, action_taken="Muted", **slow),
        violation(GUILD, now.start_ms, **ban, **slow),
        violation(GUILD, before.start_ms - 1, **ban),
        violation(GUILD, now.end_ms, **ban),
    )[Kind.HEALTH, span]
    # 10 violations in 1,500 messages: 30 * (6.67 - 5) / 15; 3 of 10 kicked or banned.
    assert told == {
        "period": span.value,
        "health_score": 61,
        "violation_rate": 6.6667,
        "action_distribution": {
            "warnings_pct": 60.0,
            "timeouts_pct": 10.0,
            "kicks_pct": 20.0,
            "bans_pct": 10.0,
        },
        # Before: 8 in 1,000, which costs 6, and 10 for the response time.
        "trends": {
            "messages_change_pct": 50.0,
            "violations_change_pct": 25.0,
            "health_change": 61 - 84,
        },
        "warning": True,
        "limited_data": False,
        "penalties": {"violation_rate": 3.33, "response_time": 10.0, "escalation": 25.0},
    }


@pytest.mark.parametrize("span", PERIODS)
def test_every_answer_counts_from_the_start_of_its_window_to_just_before_its_end(
    database: Database, span: Span
) -> None:
    window = window_of(span)
    edges = (window.start_ms - 1, window.start_ms, window.end_ms - 1, window.end_ms)
    told = answers(
        database,
        *(
            violation(
                GUILD,
                edge_ms,
                number,
                rule=f"rule {number}",
                moderator_id=Snowflake(70 + number),
                response_time_ms=number,
            )
            for number, edge_ms in enumerate(edges)
        ),
    )
    metrics = told[Kind.METRICS, span]
    assert (metrics["violations_total"], metrics["avg_response_time_ms"]) == (2, 1.5)
    assert (metrics["response_time_p50_ms"], metrics["response_time_p95_ms"]) == (1.0, 2.0)
    assert _listed(told[Kind.TOP_OFFENDERS, span]["top_users"], "user_id") == {"1", "2"}
    rules = told[Kind.RULE_EFFECTIVENESS, span]
    assert _listed(rules["top_rules"], "rule_name") == {"rule 1", "rule 2"}
    assert (rules["total_rule_violations"], rules["dead_rules"]) == (2, ["rule 0"])
    assert _listed(told[Kind.MODERATORS, span]["moderators"], "user_id") == {"71", "72"}
    heat = told[Kind.TEMPORAL_ANALYTICS, span]["heatmap"]
    assert sum(cell["violation_count"] for cell in heat) == 2


def test_the_mean_response_time_is_weighted_by_count(database: Database) -> None:
    """Of a sum without its count, or the other way round, nothing is known."""
    where: dict[str, Any] = {"guild_id": Snowflake(GUILD), "timestamp": TimestampMs(NOW_MS)}
    pairs = [(900, 3), (5_000, None), (None, 7), (5_000, 0)]
    told = answers(
        database,
        *(
            events.MessagesEvent(
                id=uuid4(), count=25, response_time_ms_sum=total, response_time_count=count, **where
            )
            for total, count in pairs
        ),
        violation(GUILD, NOW_MS, response_time_ms=100),
    )
    for span in PERIODS:
        assert told[Kind.METRICS, span]["messages_processed"] == 100
        assert told[Kind.METRICS, span]["avg_response_time_ms"] == 250.0
        assert told[Kind.HEALTH, span]["penalties"]["response_time"] == 3.33


def _listed(rows: list[dict[str, Any]], name: str) -> set[Any]:
    return {row[name] for row in rows}


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
