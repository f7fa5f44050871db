"""Alerts, and what people do about them."""

from __future__ import annotations

from collections.abc import Callable
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
from domain.alert_states import (
    AlertClosedError,
    SnoozeError,
)
from domain.roles import Admin, Authenticated, Moderator, Viewer
from schemas.alert import AlertBody, AlertQuery, SnoozeBody, TellBody
from schemas.answers.alerts import AlertAnswer, AlertsAnswer, TrailAnswer
from services.alerts import people, shown
from services.alerts.tell_now import NoChannelError, NotToldError, tell_now

blueprint = Blueprint(
    "alerts",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="What is wrong in a server, since when, who looks after it, and who was told.",
)
MISSING = "there is no alert with this id in this server"


@blueprint.get("/alerts")
@guarded
@answers(AlertsAnswer)
@blueprint.arguments(AlertQuery, location="query")
def list_alerts(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Alerts, latest first; with `state=open` those that are not over."""
    page = shown.alerts_page(parts().database, who.guild_id, query.get("state"), query["limit"])
    return json_answer(page)


@blueprint.get("/alerts/<uuid(alert):alert_id>")
@guarded
@answers(AlertAnswer, errors=(404,))
def get_alert(alert_id: UUID, who: Authenticated[Viewer]) -> Response:
    """One alert."""
    return _shown(who, alert_id)


@blueprint.get("/alerts/<uuid(alert):alert_id>/trail")
@guarded
@answers(TrailAnswer, errors=(404,))
def get_trail(alert_id: UUID, who: Authenticated[Viewer]) -> Response:
    """What happened, what was decided on each channel and why, and each attempt to tell of it."""
    trail = shown.trail_page(parts().database, who.guild_id, alert_id)
    if trail is None:
        raise Problem(404, MISSING)
    return json_answer(trail)


@blueprint.post("/alerts/<uuid(alert):alert_id>/acknowledge")
@guarded
@answers(AlertAnswer, body=AlertBody, errors=(404, 409))
def acknowledge(alert_id: UUID, who: Authenticated[Moderator]) -> Response:
    """Say that somebody looks after it: reminders end, and channels that would be told later are
    not. A second time changes nothing.
    """
    revision = json_body(AlertBody()).get("revision")
    return _act(who, alert_id, lambda: people.acknowledge_alert(parts(), who, alert_id, revision))


@blueprint.post("/alerts/<uuid(alert):alert_id>/snooze")
@guarded
@answers(AlertAnswer, body=SnoozeBody, errors=(404, 409))
def snooze(alert_id: UUID, who: Authenticated[Moderator]) -> Response:
    """No reminders until then, at most 24 hours; its end is told all the same."""
    body = json_body(SnoozeBody())
    return _act(
        who,
        alert_id,
        lambda: people.snooze_alert(parts(), who, alert_id, body.get("revision"), body["until"]),
    )


@blueprint.post("/alerts/<uuid(alert):alert_id>/resolve")
@guarded
@answers(AlertAnswer, body=AlertBody, errors=(404, 409))
def resolve(alert_id: UUID, who: Authenticated[Moderator]) -> Response:
    """Close it by hand; it opens again only after it was good once."""
    revision = json_body(AlertBody()).get("revision")
    return _act(who, alert_id, lambda: people.resolve_alert(parts(), who, alert_id, revision))


@blueprint.post("/alerts/<uuid(alert):alert_id>/tell")
@guarded
@answers(AlertAnswer, body=TellBody, errors=(404, 409))
def tell(alert_id: UUID, who: Authenticated[Admin]) -> Response:
    """Tell a channel that was made after the alert opened; mutes and quiet hours hold as always.

    409 where the channel knows already, or would not be told: `detail` says why.
    """
    channel_id = json_body(TellBody())["channel_id"]
    return _act(who, alert_id, lambda: tell_now(parts(), who, alert_id, channel_id))


def _act(who: Authenticated[Viewer], id: UUID, act: Callable[[], object]) -> Response:
    try:
        act()
    except people.NoAlertError as error:
        raise Problem(404, str(error)) from None
    except NoChannelError as error:
        raise invalid("channel_id", str(error)) from None
    except (people.StaleRevisionError, AlertClosedError, NotToldError) as error:
        raise Problem(409, str(error)) from None
    except SnoozeError as error:
        raise invalid("until", str(error)) from None
    return _shown(who, id)


def _shown(who: Authenticated[Viewer], id: UUID) -> Response:
    alert = shown.alert_page(parts().database, who.guild_id, id)
    if alert is None:
        raise Problem(404, MISSING)
    return json_answer(alert)
