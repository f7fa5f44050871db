"""A report with invented figures: to see that mails can be drawn and sent, and how they look."""

from __future__ import annotations

from domain.clock import parse_rfc3339
from domain.health import assess
from domain.report_figures import Appeals, Bar, Event, Figures, Offender, Rule, Times
from domain.report_schedules import Cadence, RunKind, Window
from domain.report_window import cuts_of
from services.reports.about import About

_WEEK = Window(
    start_ms=parse_rfc3339("2026-11-16T00:00:00+01:00"),
    end_ms=parse_rfc3339("2026-11-23T00:00:00+01:00"),
    timezone="Europe/Berlin",
    cadence=Cadence.WEEKLY,
    nominal_ms=parse_rfc3339("2026-11-23T08:00:00+01:00"),
)
_RAID_MS = parse_rfc3339("2026-11-19T21:04:00+01:00")
# high, medium, low, and the violations of the same day of the week before
_DAYS = (
    (1, 3, 9, 17),
    (0, 5, 11, 14),
    (2, 4, 8, 21),
    (9, 14, 12, 16),
    (1, 6, 13, 24),
    (2, 7, 16, 31),
    (1, 5, 14, 28),
)
_COUNTS = {
    "messages": 18_402,
    "regex": 62,
    "ai": 41,
    "automod": 26,
    "manual": 9,
    "raid": 5,
    "warnings": 88,
    "timeouts": 39,
    "kicks": 6,
    "bans": 7,
    "response_time_ms_sum": 143 * 240,
    "response_time_count": 143,
}


def sample_report(link: str, guild_name: str = "The Lighthouse") -> About:
    return About(
        figures=_figures(guild_name),
        name="Weekly overview",
        kind=RunKind.TEST,
        views=("metrics", "top_offenders"),
        link=link,
    )


def _figures(guild_name: str) -> Figures:
    severities = [sum(day[place] for day in _DAYS) for place in range(3)]
    counts = _COUNTS | dict(zip(("high", "medium", "low"), severities, strict=True))
    counts["violations"] = sum(severities)
    before = {"messages": 17_120, "violations": sum(day[3] for day in _DAYS)}
    return Figures(
        guild_id=0,
        guild_name=guild_name,
        window=_WEEK,
        counts=counts,
        before=before,
        health=assess(counts["messages"], counts["violations"], 13, 240),
        health_before=assess(before["messages"], before["violations"], 19, 310),
        bars=_bars(),
        members=64,
        rules_hit=9,
        bot=Times(count=134, mean_ms=186.0, p50_ms=141.0, p95_ms=420.0),
        moderators=Times(count=9, mean_ms=204_000.0, p50_ms=171_000.0, p95_ms=480_000.0),
        rules=_rules(),
        offenders=_offenders(),
        events=[Event(started_ms=_RAID_MS, ended_ms=_RAID_MS + 134_000, violations=19, members=14)],
        appeals=Appeals(opened=6, approved=1, denied=4, waiting=2),
        is_rounded=False,
    )


def _bars() -> list[Bar]:
    return [
        Bar(
            label=label,
            high=high,
            medium=medium,
            low=low,
            violations=high + medium + low,
            messages=2600,
            before=before,
        )
        for label, (high, medium, low, before) in zip(cuts_of(_WEEK).labels, _DAYS, strict=True)
    ]


def _rules() -> list[Rule]:
    told = (("Invite links", 48, 1), ("Spam", 37, 0), ("Slurs", 21, 0), ("Caps", 16, 0))
    return [Rule(name=name, hits=hits, overturned=taken) for name, hits, taken in told]


def _offenders() -> list[Offender]:
    told = (("ferry_man", 11), ("kelpie", 8), ("northwind", 6), ("tidepool", 5), ("gull", 4))
    return [
        Offender(user_id=place, name=name, violations=count)
        for place, (name, count) in enumerate(told, start=1)
    ]
