"""The reads that are finished snapshots, from `metrics` to `overview`."""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import Any, NamedTuple

import orjson
from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema

from adapters.telemetry.counts import SNAPSHOT_READS
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import snapshot_answers
from domain.roles import Authenticated, Viewer
from domain.snapshot import Kind
from domain.spans import PERIODS, Span
from schemas.answers.snapshots import (
    HealthAnswer,
    MetricsAnswer,
    ModeratorsAnswer,
    OverviewAnswer,
    RuleEffectivenessAnswer,
    TemporalAnalyticsAnswer,
    TopOffendersAnswer,
)
from schemas.query import PeriodQuery, RuleQuery
from services.audit.change import actor_of
from services.snapshots.reader import Read, Source

blueprint = Blueprint(
    "snapshots",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Figures of a server, worked out ahead; `as_of` and `stale` say how fresh.",
)

RULES_SHOWN = 5


class SnapshotRead(NamedTuple):
    """One read: what it answers with, of which span without a period, and what it can be asked."""

    told: str
    kind: Kind
    span: Span
    answer: type[Schema]
    query: type[Schema] | None = PeriodQuery


# By their place below a server's address; api/fast_reads.py answers the same ones.
SNAPSHOTS = {
    "metrics": SnapshotRead(
        "Messages and violations of a period, with a gap-free series.",
        Kind.METRICS,
        Span.DAY,
        MetricsAnswer,
    ),
    "health": SnapshotRead(
        "The health score of a period and what each factor cost.",
        Kind.HEALTH,
        Span.DAY,
        HealthAnswer,
    ),
    "top-offenders": SnapshotRead(
        "The ten members with most violations; of all time without a period.",
        Kind.TOP_OFFENDERS,
        Span.ALL,
        TopOffendersAnswer,
    ),
    "rule-effectiveness": SnapshotRead(
        told="The rules with most hits, their precision, and the rules that hit nothing.",
        kind=Kind.RULE_EFFECTIVENESS,
        span=Span.WEEK,
        answer=RuleEffectivenessAnswer,
        query=RuleQuery,
    ),
    "temporal-analytics": SnapshotRead(
        "When violations happen, in the server's own time; of the last 90 days without a period.",
        Kind.TEMPORAL_ANALYTICS,
        Span.QUARTER,
        TemporalAnalyticsAnswer,
    ),
    "moderators": SnapshotRead(
        "What each moderator did, how fast, how much of it was overturned; hours without anybody.",
        Kind.MODERATORS,
        Span.WEEK,
        ModeratorsAnswer,
    ),
    "overview": SnapshotRead(
        told="What a dashboard loads first: metrics and health of the day,"
        " the latest ten violations.",
        kind=Kind.OVERVIEW,
        span=Span.DAY,
        answer=OverviewAnswer,
        query=None,
    ),
}


def _add(name: str, read: SnapshotRead) -> None:
    def view(who: Authenticated[Viewer]) -> Response:
        limit = _limit() if read.query is RuleQuery else None
        return _answer(who, read.kind, _span(read), limit)

    view.__doc__, view.__name__ = read.told, name.replace("-", "_")
    documented = snapshot_answers(read.answer, query=read.query)(view)
    blueprint.get(f"/{name}")(guarded(documented))


def snapshot_headers(read: Read, source: Source, unread: int = 0) -> list[tuple[str, str]]:
    """`unread`: what an overview says to its reader; another number is another answer."""
    snapshot = read.snapshot
    return [
        ("Content-Type", "application/json"),
        ("Last-Modified", formatdate(snapshot.changed_ms // 1000, usegmt=True)),
        ("ETag", etag(read, unread)),
        ("Cache-Control", "private, no-cache"),
        ("Vary", "Cookie, Authorization"),
        ("X-Cache", source.value),
    ]


def etag(read: Read, unread: int) -> str:
    return f'"{read.tag}"' if unread == 0 else f'"{read.tag}.{unread}"'


def not_modified(read: Read, if_none_match: str | None, unread: int = 0) -> bool:
    """Whether the client has these bytes: only a stored version that is not stale names any."""
    if not if_none_match or not read.is_final or read.stale:
        return False
    wanted = etag(read, unread)
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in (wanted, "*") for tag in tags)


def _answer(
    who: Authenticated[Viewer], kind: Kind, span: Span, limit: int | None = None
) -> Response:
    read, source = parts().snapshots.read(who.guild_id, kind, span)
    SNAPSHOT_READS.labels(source.value).inc()
    unread = parts().unread.of(who.guild_id, actor_of(who)) if kind is Kind.OVERVIEW else 0
    headers = snapshot_headers(read, source, unread)
    if not_modified(read, request.headers.get("If-None-Match"), unread):
        return Response(status=304, headers=headers[1:])
    body = read.body if limit is None else _first_rules(read.body, limit)
    return Response(with_unread(body, unread), headers=headers)


def with_unread(body: bytes, unread: int) -> bytes:
    """The snapshot is the same for all; this one number is its reader's own. Within a text the
    name's quotes would be escaped.
    """
    return body.replace(b'"unread_count":0', f'"unread_count":{unread}'.encode(), 1)


def _first_rules(body: bytes, limit: int) -> bytes:
    document: dict[str, Any] = orjson.loads(body)
    document["top_rules"] = document["top_rules"][:limit]
    return orjson.dumps(document)


def _span(read: SnapshotRead) -> Span:
    period = request.args.get("period")
    if period is None or read.query is None:
        return read.span
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


for _name, _read in SNAPSHOTS.items():
    _add(_name, _read)
