"""Is it alive, is it ready, how are its parts."""

from __future__ import annotations

from flask import Response, current_app
from flask_smorest import Blueprint

from api.http.answers import json_answer
from api.http.errors import RETRY_AFTER_SECONDS, Problem
from api.http.extension import parts
from api.http.guard import public
from api.live.hub import HUB
from api.openapi.declare import answers
from schemas.answers.operations import HealthReportAnswer, LiveAnswer, ReadyAnswer
from services.operations.health import UNHEALTHY, health_report, is_ready

blueprint = Blueprint(
    "health",
    __name__,
    description="For whoever runs Modwatch.",
)


@blueprint.get("/health/live")
@public
@answers(LiveAnswer)
def liveness() -> Response:
    """200 while this process serves at all."""
    return json_answer({"status": "alive"})


@blueprint.get("/health/ready")
@public
@answers(ReadyAnswer, errors=(503,))
def readiness() -> Response:
    """200 when requests can be served, else 503 and why.

    Live events that are away make it no less ready: pages poll meanwhile.
    """
    fine, message = is_ready(parts())
    if not fine:
        raise Problem(503, message, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    live_events = "up" if current_app.extensions[HUB].is_open else "away"
    return json_answer({"status": "ready", "live_events": live_events})


@blueprint.get("/health")
@public
@answers(HealthReportAnswer, also=(503,))
def system_health() -> Response:
    """Every part with its state; 503 only without the database."""
    report = health_report(parts())
    if report.status != UNHEALTHY:
        return json_answer(report)
    answer = json_answer(report, 503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
