"""formulas.md in finished answers: rules, health and windows, counted by eye, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from adapters.database import Database
from domain.clock import rfc3339
from domain.rule_key import rule_key
from domain.snapshot import Kind
from domain.spans import PERIODS, Span, span_window
from domain.windows import DAY_MS, Window
from models.rollups.rules import rule_hash
from schemas.events import structs as events
from schemas.events.structs import Snowflake, TimestampMs
from tests.services.events import messages, violation
from tests.services.told import GUILD, NOW_MS, answers, appeals


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
    key = rule_key(rule_hash(name))
    return [name, key, count, spread, overturned, precision, small_sample, rfc3339(last_hit_ms)]


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
            "comparable": True,
        },
        "warning": True,
        "limited_data": False,
        "penalties": {"violation_rate": 3.33, "response_time": 10.0, "escalation": 25.0},
    }


@pytest.mark.parametrize(("late_ms", "comparable"), [(0, True), (1, False)])
@pytest.mark.parametrize("span", PERIODS)
def test_a_period_is_comparable_when_all_of_the_one_before_was_counted(
    database: Database, span: Span, late_ms: int, comparable: bool
) -> None:
    first_ms = window_of(span).previous.start_ms + late_ms
    told = answers(database, messages(GUILD, first_ms, 5), messages(GUILD, NOW_MS, 50))
    assert told[Kind.HEALTH, span]["trends"]["comparable"] is comparable
    assert told[Kind.METRICS, span]["data_since"] == rfc3339(first_ms)


def test_the_actions_add_up_to_all_violations(database: Database) -> None:
    done = ["Kicked", "Banned", "Muted", "Warned", "Sang a song", "none", "Banned"]
    hits = [violation(GUILD, NOW_MS - n, action_taken=one) for n, one in enumerate(done)]
    metrics = answers(database, *hits)[Kind.METRICS, Span.DAY]
    by_action = metrics["violations_by_action"]
    assert by_action == {"warning": 1, "timeout": 1, "kick": 1, "ban": 2, "other_or_none": 2}
    assert sum(by_action.values()) == metrics["violations_total"]


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
