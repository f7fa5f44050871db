"""In-app notifications and what a server wants to be told of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from api.answers import invalid, json_answer
from api.bodies import json_body
from api.errors import Problem
from api.extension import parts
from api.guard import guarded
from api.openapi import answers
from domain.roles import Admin, Authenticated, Viewer
from schemas.answers import SuccessAnswer
from schemas.answers_notifications import NotificationsAnswer, PreferencesAnswer
from schemas.notification import NotificationQuery, PreferencesBody
from services import notification_preferences as preferences
from services.notifications import notifications_page, read_all, set_read

blueprint = Blueprint(
    "notifications",
    __name__,
    url_prefix="/api/v1/servers/<guild_id>",
    description="In-app notifications, and what a server wants to be told of.",
)
DONE = {"success": True}


@blueprint.get("/notifications")
@guarded
@answers(NotificationsAnswer)
@blueprint.arguments(NotificationQuery, location="query")
def list_notifications(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """The latest notifications; whether one is read is the caller's own state."""
    page = notifications_page(parts().database, who, query["limit"], query["unread"])
    return json_answer(page)


@blueprint.post("/notifications/<notification_id>/read")
@guarded
@answers(SuccessAnswer, errors=(404,))
def mark_read(notification_id: str, who: Authenticated[Viewer]) -> Response:
    """Mark one as read."""
    return _set_read(notification_id, who, True)


@blueprint.post("/notifications/<notification_id>/unread")
@guarded
@answers(SuccessAnswer, errors=(404,))
def mark_unread(notification_id: str, who: Authenticated[Viewer]) -> Response:
    """Mark one as unread."""
    return _set_read(notification_id, who, False)


@blueprint.post("/notifications/read-all")
@guarded
@answers(SuccessAnswer)
def mark_all_read(who: Authenticated[Viewer]) -> Response:
    """Mark all as read."""
    read_all(parts().database, who)
    return json_answer(DONE)


@blueprint.get("/notification-preferences")
@guarded
@answers(PreferencesAnswer)
def get_preferences(who: Authenticated[Viewer]) -> Response:
    """What the server wants to be told of; webhook addresses are masked."""
    return json_answer(preferences.read_preferences(parts(), who.guild_id))


@blueprint.put("/notification-preferences")
@guarded
@answers(PreferencesAnswer, body=PreferencesBody)
def put_preferences(who: Authenticated[Admin]) -> Response:
    """Change any of the fields; a mute lasts at most 24 hours."""
    values = json_body(PreferencesBody())
    values.pop("guild_id", None)  # older clients send it: the address decides
    try:
        return json_answer(preferences.put_preferences(parts(), who, values))
    except preferences.MuteTooLongError as error:
        raise invalid("muted_until", str(error)) from None


def _set_read(notification_id: str, who: Authenticated[Viewer], read: bool) -> Response:
    try:
        id = UUID(notification_id)
    except ValueError:
        raise Problem(400, "the notification id in the address must be a UUID") from None
    if not set_read(parts().database, who, id, read):
        raise Problem(404, "there is no notification with this id in this server")
    return json_answer(DONE)
