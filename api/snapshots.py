"""The reads that are finished snapshots, from `metrics` to `overview`."""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import Any

import orjson
from flask import Response, request
from flask_smorest import Blueprint

from adapters.counts import SNAPSHOT_READS
from api.errors import Problem
from api.extension import parts
from api.guard import guarded
from api.openapi import snapshot_answers
from domain.roles import Authenticated, Viewer
from domain.snapshot import PERIODS, Kind
from domain.spans import Span
from schemas.answers_snapshots import (
    HealthAnswer,
    MetricsAnswer,
    ModeratorsAnswer,
    OverviewAnswer,
    RuleEffectivenessAnswer,
    TemporalAnalyticsAnswer,
    TopOffendersAnswer,
)
from schemas.query import PeriodQuery, RuleQuery
from services.snapshots import Read, Source

blueprint = Blueprint(
    "snapshots",
    __name__,
    url_prefix="/api/v1/servers/<guild_id>",
    description="Figures of a server, worked out ahead; `as_of` and `stale` say how fresh.",
)

RULES_SHOWN = 5


@blueprint.get("/metrics")
@guarded
@snapshot_answers(MetricsAnswer, query=PeriodQuery)
def metrics(who: Authenticated[Viewer]) -> Response:
    """Messages and violations of a period, with a gap-free series."""
    return _answer(who, Kind.METRICS, _span(Span.DAY))


@blueprint.get("/health")
@guarded
@snapshot_answers(HealthAnswer, query=PeriodQuery)
def health(who: Authenticated[Viewer]) -> Response:
    """The health score of a period and what each factor cost."""
    return _answer(who, Kind.HEALTH, _span(Span.DAY))


@blueprint.get("/top-offenders")
@guarded
@snapshot_answers(TopOffendersAnswer, query=PeriodQuery)
def top_offenders(who: Authenticated[Viewer]) -> Response:
    """The ten members with most violations; of all time without a period."""
    return _answer(who, Kind.TOP_OFFENDERS, _span(Span.ALL))


@blueprint.get("/rule-effectiveness")
@guarded
@snapshot_answers(RuleEffectivenessAnswer, query=RuleQuery)
def rule_effectiveness(who: Authenticated[Viewer]) -> Response:
    """The rules with most hits, their precision, and the rules that hit nothing."""
    span, limit = _span(Span.WEEK), _limit()
    return _answer(who, Kind.RULE_EFFECTIVENESS, span, limit)


@blueprint.get("/temporal-analytics")
@guarded
@snapshot_answers(TemporalAnalyticsAnswer, query=PeriodQuery)
def temporal_analytics(who: Authenticated[Viewer]) -> Response:
    """When violations happen, in the server's own time; of the last 90 days without a period."""
    return _answer(who, Kind.TEMPORAL_ANALYTICS, _span(Span.QUARTER))


@blueprint.get("/moderators")
@guarded
@snapshot_answers(ModeratorsAnswer, query=PeriodQuery)
def moderators(who: Authenticated[Viewer]) -> Response:
    """What each moderator did, how fast, how much of it was overturned; hours without anybody."""
    return _answer(who, Kind.MODERATORS, _span(Span.WEEK))


@blueprint.get("/overview")
@guarded
@snapshot_answers(OverviewAnswer)
def overview(who: Authenticated[Viewer]) -> Response:
    """What a dashboard loads first: metrics and health of the day, the latest ten violations."""
    return _answer(who, Kind.OVERVIEW, Span.DAY)


def snapshot_headers(read: Read, source: Source) -> list[tuple[str, str]]:
    snapshot = read.snapshot
    return [
        ("Content-Type", "application/json"),
        ("Last-Modified", formatdate(snapshot.changed_ms // 1000, usegmt=True)),
        ("ETag", f'"{snapshot.version}"'),
        ("Cache-Control", "private, no-cache"),
        ("Vary", "Cookie, Authorization"),
        ("X-Cache", source.value),
    ]


def not_modified(read: Read, if_none_match: str | None) -> bool:
    """Whether the client has these bytes: only a stored version that is not stale names any."""
    if not if_none_match or not read.is_final or read.stale:
        return False
    wanted = f'"{read.snapshot.version}"'
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in (wanted, "*") for tag in tags)


def _answer(
    who: Authenticated[Viewer], kind: Kind, span: Span, limit: int | None = None
) -> Response:
    read, source = parts().snapshots.read(who.guild_id, kind, span)
    SNAPSHOT_READS.labels(source.value).inc()
    headers = snapshot_headers(read, source)
    if not_modified(read, request.headers.get("If-None-Match")):
        return Response(status=304, headers=headers[1:])
    body = read.body if limit is None else _first_rules(read.body, limit)
    return Response(body, headers=headers)


def _first_rules(body: bytes, limit: int) -> bytes:
    document: dict[str, Any] = orjson.loads(body)
    document["top_rules"] = document["top_rules"][:limit]
    return orjson.dumps(document)


def _span(default: Span) -> Span:
    period = request.args.get("period")
    if period is None:
        return default
    allowed = [span.value for span in PERIODS]
    if period not in allowed:
        message = f"must be one of {', '.join(allowed)}"
        raise Problem(422, "some fields are invalid", {"period": [message]})
    return Span(period)


def _limit() -> int:
    text = request.args.get("limit", str(RULES_SHOWN))
    # No longer than two digits: int() refuses thousands of them with an error of its own.
    if not re.fullmatch("[0-9]{1,2}", text) or not 1 <= int(text) <= 50:
        raise Problem(
            422, "some fields are invalid", {"limit": ["must be a whole number from 1 to 50"]}
        )
    return int(text)
