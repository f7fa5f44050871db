"""In-app notifications and what a server wants to be told of."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import changed_answer, invalid, json_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Admin, Authenticated, Viewer
from schemas.answers.common import SuccessAnswer
from schemas.answers.notifications import NotificationsAnswer, PreferencesAnswer
from schemas.notification import NotificationQuery, PreferencesBody
from services.notifications import preferences
from services.notifications.inbox import notifications_page, read_all, set_read

blueprint = Blueprint(
    "notifications",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
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


@blueprint.post("/notifications/<uuid(notification):notification_id>/read")
@guarded
@answers(SuccessAnswer, errors=(404,))
def mark_read(notification_id: UUID, who: Authenticated[Viewer]) -> Response:
    """Mark one as read."""
    return _set_read(notification_id, who, True)


@blueprint.post("/notifications/<uuid(notification):notification_id>/unread")
@guarded
@answers(SuccessAnswer, errors=(404,))
def mark_unread(notification_id: UUID, who: Authenticated[Viewer]) -> Response:
    """Mark one as unread."""
    return _set_read(notification_id, who, False)


@blueprint.post("/notifications/read-all")
@guarded
@answers(SuccessAnswer)
def mark_all_read(who: Authenticated[Viewer]) -> Response:
    """Mark all as read."""
    read_all(parts(), who)
    return json_answer(DONE)


@blueprint.get("/notification-preferences")
@guarded
@answers(PreferencesAnswer)
def get_preferences(who: Authenticated[Viewer]) -> Response:
    """What the server wants to be told of; webhook addresses are masked."""
    return json_answer(preferences.read_preferences(parts(), who))


@blueprint.put("/notification-preferences")
@guarded
@answers(PreferencesAnswer, body=PreferencesBody)
def put_preferences(who: Authenticated[Admin]) -> Response:
    """Change any of the fields; a mute lasts at most 24 hours."""
    values = json_body(PreferencesBody())
    values.pop("guild_id", None)  # older clients send it: the address decides
    try:
        return changed_answer(asdict(preferences.put_preferences(parts(), who, values)))
    except preferences.PreferenceError as error:
        raise invalid(error.field, str(error)) from None


def _set_read(notification_id: UUID, who: Authenticated[Viewer], read: bool) -> Response:
    if not set_read(parts(), who, notification_id, read):
        raise Problem(404, "there is no notification with this id in this server")
    return json_answer(DONE)
