"""The answers that are finished snapshots, from `metrics` to `overview`."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from domain.severity import DetectionType, Severity
from domain.spans import PERIODS
from schemas.answers.common import (
    Answer,
    avatar,
    count,
    flag,
    many,
    moment,
    number,
    one_of,
    percent,
    person,
    positive,
    record,
    text,
    username,
    uuid,
    whole,
)
from schemas.answers.moderators import ModeratorAnswer
from schemas.answers.violations import ViolationAnswer

FROM = "2026-03-18T09:00:00.000Z"
LATEST = "2026-03-18T10:12:44.120Z"


class SnapshotAnswer(Answer):
    """What every snapshot says of itself."""

    as_of = moment("2026-03-18T10:20:05.250Z", description="when it was worked out")
    version = count(
        42, description="grows with every change; the ETag begins with it. 0: worked out on demand"
    )
    stale = flag(False, description="older than 120 s while changes wait")


class SeriesPoint(Answer):
    timestamp = moment(FROM, description="start of the bucket")
    messages = count(214)
    violations = count(3)


def _response_times(of_which: str) -> dict[str, fields.Field[Any]]:
    """Figures of one population, which may stand side by side."""
    return {
        "count": count(93, description=f"{of_which} that were timed"),
        "mean_ms": positive(145.2, description=f"mean over {of_which}; 0: none"),
        "p50_ms": positive(120.5, description=f"median over {of_which}, within 10 %"),
        "p95_ms": positive(
            310.0,
            description=f"95th percentile over {of_which}, within 10 %, never beyond the largest",
        ),
    }


class MetricsFigures(Answer):
    period = one_of(PERIODS, "day")
    messages_processed = count(18_342)
    violations_total = count(97)
    violations_by_type = record("ViolationsByType", **{one: count(12) for one in DetectionType})
    violations_by_severity = record("ViolationsBySeverity", **{one: count(30) for one in Severity})
    violations_by_action = record(
        "ViolationsByAction",
        warning=count(60),
        timeout=count(22),
        kick=count(4),
        ban=count(2),
        other_or_none=count(9, description="the rest, so that all add up to `violations_total`"),
    )
    avg_response_time_ms = positive(
        84.21,
        description="mean over all that was timed: messages the bot processed, and violations,"
        " those of moderators among them; 0: none. Not to be shown beside the percentiles",
    )
    response_time_p50_ms = positive(
        61.5, description="over all violations that were timed, the bot's and moderators'"
    )
    response_time_p95_ms = positive(240.0, description="over the same violations")
    bot_response = record(
        "BotResponse",
        **_response_times("violations that the bot found (every detection type but `manual`)"),
    )
    moderator_response = record(
        "ModeratorResponse",
        **_response_times("violations that moderators acted on (detection type `manual`)"),
    )
    time_series = many(
        SeriesPoint,
        description="without gaps, oldest first: 60 minutes, 24 hours, 168 hours or 30 days",
    )
    response_time_series_ms = fields.List(
        positive(84.21),
        metadata={"description": "mean response time per bucket of `time_series`; 0: none"},
    )
    previous_series = record(
        "PreviousSeries",
        messages=fields.List(count(198), metadata={"description": "oldest first"}),
        violations=fields.List(count(2)),
    )
    data_since = moment(
        "2025-10-15T08:30:00.000Z",
        null=True,
        description="the server's first event; a period that begins before it is counted in part",
    )


class MetricsAnswer(SnapshotAnswer, MetricsFigures):
    pass


class HealthFigures(Answer):
    period = one_of(PERIODS, "day")
    health_score = whole(92, 0, 100)
    violation_rate = positive(5.2884, description="violations per 1,000 messages")
    action_distribution = record(
        "ActionDistribution",
        warnings_pct=percent(61.9),
        timeouts_pct=percent(22.7),
        kicks_pct=percent(4.1),
        bans_pct=percent(2.1),
    )
    trends = record(
        "Trends",
        messages_change_pct=number(12.25, description="against the period before, in percent"),
        violations_change_pct=number(-8.49),
        health_change=whole(4, -100, 100, description="points"),
        comparable=flag(
            True,
            description="events were counted for the whole of the period before; if not, the"
            " changes compare with a part of it, or with nothing",
        ),
    )
    warning = flag(False, description="the score is below 70")
    limited_data = flag(False, description="fewer than 10 messages")
    penalties = record(
        "Penalties",
        violation_rate=positive(0.58, description="points this cost"),
        response_time=positive(0.0),
        escalation=positive(7.0),
    )


class HealthAnswer(SnapshotAnswer, HealthFigures):
    pass


class Offender(Answer):
    user_id = person("815")
    username = username()
    avatar = avatar()
    violation_count = count(11)
    warning_level = whole(3, 0, 5)
    last_violation = moment(LATEST)


class TopOffendersAnswer(SnapshotAnswer):
    top_users = many(Offender, description="at most ten")
    violation_distribution = fields.Dict(
        keys=fields.String(),
        values=count(7),
        metadata={
            "description": "how many members have that number of violations",
            "examples": [{"1": 40, "2": 7}],
        },
    )
    moderated_users_pct = percent(3.4)


class RuleFigures(Answer):
    rule_name = text("No advertising")
    rule_hash = text("9b1f2a7c40d35e68", description="the rule in addresses: violations?rule_hash=")
    violation_count = count(23)
    severity_distribution = record("SeverityDistribution", **{one: count(8) for one in Severity})
    overturned_count = count(2, description="appeals that were granted")
    precision = positive(0.9231, maximum=1, description="share of decided appeals that upheld it")
    small_sample = flag(False, description="fewer than five decided appeals: precision reads 1")
    last_hit = moment(LATEST)


class RuleEffectivenessAnswer(SnapshotAnswer):
    top_rules = many(RuleFigures)
    total_rule_violations = count(97, description="of every rule, shown or not")
    dead_rules = fields.List(
        text("Use the right channel"), metadata={"description": "that hit nothing in the period"}
    )
    dead_rules_count = count(1)


class HeatCell(Answer):
    day_of_week = whole(3, 0, 6, description="0 is Sunday")
    hour = whole(10, 0, 23, description="in the server's timezone")
    violation_count = count(4)


class MajorEvent(Answer):
    timestamp = moment(FROM)
    ended_at = moment("2026-03-18T09:02:10.000Z")
    event_type = one_of(["mass_violations"], "mass_violations")
    description = text("14 violations by 9 members in 2 min 10 s")
    incident_id = uuid(
        "7c1d5a0e-3c0b-4a53-9a55-0d2f6f1b8e44",
        null=True,
        description="the incident it is part of; null where so many are usual at that hour",
    )
    violation_count = count(14)
    user_ids = fields.List(person("815"))
    usernames = fields.List(username())


class TemporalAnalyticsAnswer(SnapshotAnswer):
    timezone = text("Europe/Berlin")
    heatmap = many(HeatCell, description="cells above zero only")
    peak_times = many(HeatCell, description="at most five, the highest first")
    major_events = many(MajorEvent, description="the latest 50, newest first")
    major_events_count = count(1)
    avg_violations_per_hour = positive(0.5774)


class ModeratorsAnswer(SnapshotAnswer):
    moderators = many(ModeratorAnswer)
    coverage_gaps = many(HeatCell, description="hours of the week in which nobody acted")


class OverviewAnswer(SnapshotAnswer):
    metrics = fields.Nested(MetricsFigures)
    health = fields.Nested(HealthFigures)
    latest_violations = many(ViolationAnswer, description="at most ten, newest first")
    timezone = text("Europe/Berlin", description="the server's, as its config says")
    unread_count = count(2)
