"""A report for programs: its figures under the names that the API has for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from domain.clock import rfc3339
from domain.health import Health
from domain.report_figures import Bar, Figures, Times
from domain.report_sections import NAMING_VIEWS
from domain.report_window import before
from services.reports.about import About
from services.reports.content import ReportFile

Document = dict[str, Any]
# A webhook takes 20 kB, and of a larger report nothing.
MOST_NAME, MOST_EVENTS = 200, 30


def document(about: About) -> Document:
    figures = about.figures
    window, earlier = figures.window, before(figures.window)
    told = {
        "name": about.name,
        "kind": about.kind.value,
        "is_late": about.is_late,
        "sentence": about.sentence,
        "window": {
            "cadence": window.cadence.value,
            "timezone": window.timezone,
            "from": rfc3339(window.start_ms),
            "to": rfc3339(window.end_ms),
            "is_rounded": figures.is_rounded,
        },
        "figures": _figures(figures, about.views),
        "compared_with": None,
        "series": [_bar(bar) for bar in figures.bars],
        "files": [_file(file) for file in about.files],
    }
    if figures.before is not None and figures.health_before is not None:
        told["compared_with"] = {
            "from": rfc3339(earlier.start_ms),
            "to": rfc3339(earlier.end_ms),
            "messages": figures.before["messages"],
            "violations": figures.before["violations"],
            "health": _health(figures.health_before),
        }
    return told


def _figures(figures: Figures, views: Sequence[str]) -> Document:
    counts = figures.counts
    told = {
        "health": _health(figures.health),
        "messages": counts["messages"],
        "violations": counts["violations"],
        "violations_by_severity": {name: counts[name] for name in ("high", "medium", "low")},
        "violations_by_type": {
            name: counts[name] for name in ("regex", "ai", "automod", "manual", "raid")
        },
        "actions": {name: counts[name] for name in ("warnings", "timeouts", "kicks", "bans")},
        "members_with_violations": figures.members,
        "bot_response": _times(figures.bot),
        "moderator_response": _times(figures.moderators),
        "rules_hit": figures.rules_hit,
        "top_rules": [
            {
                "rule_name": rule.name[:MOST_NAME],
                "violation_count": rule.hits,
                "overturned_count": rule.overturned,
            }
            for rule in figures.rules
        ],
        "major_events": [
            {
                "timestamp": rfc3339(event.started_ms),
                "ended_at": rfc3339(event.ended_ms),
                "violation_count": event.violations,
                "members": event.members,
            }
            for event in figures.events[-MOST_EVENTS:]
        ],
        "major_events_count": len(figures.events),
        "appeals": asdict(figures.appeals),
    }
    if NAMING_VIEWS.intersection(views):
        told["top_users"] = [
            {
                "user_id": str(one.user_id),
                "username": one.name,
                "violation_count": one.violations,
            }
            for one in figures.offenders
        ]
    return told


def _health(health: Health) -> Document:
    return {
        "health_score": health.score,
        "limited_data": health.limited_data,
        "violation_rate": round(health.violation_rate, 4),
        "penalties": asdict(health.penalties),
    }


def _times(times: Times) -> Document:
    return asdict(times)


def _bar(bar: Bar) -> Document:
    return {"label": bar.label, "violations": bar.violations, "messages": bar.messages}


def _file(file: ReportFile) -> Document:
    return {
        "name": file.name,
        "rows": file.rows,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "link": file.download,
    }
