"""What was sent where, what was not and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.alert_rules import EventType
from domain.messages import Priority
from domain.roles import Admin, Authenticated, Viewer
from schemas.alert import DeliveryQuery, ExplainQuery, RetryBody
from schemas.answers.alerts import DecisionsAnswer, DeliveriesAnswer, ExplanationAnswer
from schemas.answers.common import SuccessAnswer
from services.deliveries import explaining, people, shown

blueprint = Blueprint(
    "deliveries",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Messages to channels: what was sent, what was not and why, and what would be.",
)


@blueprint.get("/deliveries")
@guarded
@answers(DeliveriesAnswer)
@blueprint.arguments(DeliveryQuery, location="query")
def list_deliveries(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Latest first; mail addresses are masked for all but admins."""
    status, limit, cursor = query.get("status"), query["limit"], query.get("cursor")
    try:
        return json_answer(shown.deliveries_page(parts().database, who, status, limit, cursor))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None


@blueprint.post("/deliveries/<uuid(delivery):delivery_id>/retry")
@guarded
@answers(SuccessAnswer, body=RetryBody, errors=(404, 409))
def retry(delivery_id: UUID, who: Authenticated[Admin]) -> Response:
    """Send what is dead or unknown once more; the unknown may have arrived: `may_repeat`."""
    may_repeat: bool = json_body(RetryBody())["may_repeat"]
    try:
        people.retry_delivery(parts(), who, delivery_id, may_repeat=may_repeat)
    except people.NoDeliveryError as error:
        raise Problem(404, str(error)) from None
    except people.NotRetryableError as error:
        raise Problem(409, str(error)) from None
    except people.MayRepeatError as error:
        raise invalid("may_repeat", str(error)) from None
    return json_answer({"success": True})


@blueprint.get("/notifications/<uuid(notification):notification_id>/decisions")
@guarded
@answers(DecisionsAnswer, errors=(404,))
def get_decisions(notification_id: UUID, who: Authenticated[Viewer]) -> Response:
    """Why each channel did, or did not, get a notification."""
    page = explaining.decisions_page(parts().database, who, notification_id)
    if page is None:
        raise Problem(404, "there is no notification with this id in this server")
    return json_answer(page)


@blueprint.get("/notification-preferences/explain")
@guarded
@answers(ExplanationAnswer)
@blueprint.arguments(ExplainQuery, location="query")
def explain(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """What would happen to such an event now, or at another time. Nothing is sent."""
    priority = query.get("priority")
    return json_answer(
        explaining.explain(
            parts(),
            who,
            EventType(query["event"]),
            None if priority is None else Priority(priority),
            query.get("at"),
        )
    )
