"""The answer to who comes back: what happened meanwhile."""

from __future__ import annotations

from marshmallow import fields

from schemas.answers.common import Answer, count, many, moment, person, text, username, whole
from schemas.answers.incidents import IncidentAnswer

AT = "2026-03-17T23:10:04.120Z"


class MeanwhileChangeAnswer(Answer):
    by = person("815", null=True, description="null: an API token, or a person erased since")
    by_username = username()
    action = text("rules.update", description="named as in the audit log")
    times = count(2)
    last_at = moment(AT)


class MeanwhileAnswer(Answer):
    incidents_count = count(2, description="that began since")
    incidents = many(IncidentAnswer, description="the latest three of them")
    health_before = whole(92, 0, 100, description="score of the day at the last visit", null=True)
    health_now = whole(74, 0, 100, null=True)
    alerts_opened = count(3)
    alerts_open = count(1, description="now")
    appeals_waiting = count(4, description="now")
    changes = many(MeanwhileChangeAnswer, description="by others; for admins and owners")


class VisitAnswer(Answer):
    """`since` is null for who was here within four hours, or has read it."""

    since = moment(AT, null=True, description="the last visit that was read")
    meanwhile = fields.Nested(MeanwhileAnswer, allow_none=True)
