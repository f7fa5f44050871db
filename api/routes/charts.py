"""Charts as pictures, for chats and mails: `png`, light, 1100 pixels wide."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from adapters.drawing.draw import DrawingError
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Authenticated, Viewer
from domain.spans import Span
from schemas.query import PeriodQuery
from services.charts.drawing import Chart, TooManyChartsError, png_of
from services.charts.shown import incident_chart, period_chart

blueprint = Blueprint(
    "charts",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Charts as pictures, for chats.",
)
PNG = "image/png"
_answers = partial(
    answers, None, takes=("If-None-Match",), gives=("ETag", "X-Chart-Text"), media_type=PNG
)


@blueprint.get("/chart.png")
@guarded
@_answers(errors=(429, 503))
@blueprint.arguments(PeriodQuery, location="query")
def get_chart(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Violations of a period (`day` without one); `X-Chart-Text` says what the picture shows."""
    span = Span(query.get("period", Span.DAY))
    return _picture(period_chart(parts(), who.guild_id, span))


@blueprint.get("/incidents/<uuid(incident):incident_id>/chart.png")
@guarded
@_answers(errors=(404, 429, 503))
def get_incident_chart(incident_id: UUID, who: Authenticated[Viewer]) -> Response:
    """The pace of an incident."""
    chart = incident_chart(parts(), who.guild_id, incident_id)
    if chart is None:
        raise Problem(404, "there is no incident with this id in this server")
    return _picture(chart)


def _picture(chart: Chart) -> Response:
    """304 without drawing where the client has it: the same SVG is the same picture."""
    headers = {
        "ETag": f'"{chart.tag}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie, Authorization",
        "X-Chart-Text": chart.words,
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status=304, headers=headers)
    try:
        return Response(png_of(chart), headers=headers, content_type=PNG)
    except TooManyChartsError as error:
        raise Problem(429, str(error), headers={"Retry-After": "2"}) from None
    except DrawingError:
        raise Problem(503, "it cannot be drawn just now", headers={"Retry-After": "10"}) from None
