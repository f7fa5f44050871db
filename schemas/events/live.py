"""Live events as `/ws` sends them: for the documents; tests hold every event against these."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from domain.alert_rules import ALERTS
from domain.alert_states import (
    State,
)
from domain.bot_changes import BotChangeKind, BotChangeState
from domain.export_life import ExportState
from domain.incidents import GOING_ON, OVER
from schemas.answers.common import (
    Answer,
    avatar,
    count,
    moment,
    number,
    one_of,
    percent,
    person,
    snowflake,
    text,
    username,
    uuid,
    whole,
)
from schemas.answers.notifications import NotificationFields

AT = "2026-03-18T10:12:44.120Z"
EXPORT_STATES = tuple(state.value for state in ExportState)


class ViolationData(Answer):
    id = uuid("5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1")
    user_id = person("815")
    username = username()
    avatar = avatar()
    reason = text("invite link")
    rule = text("No advertising", null=True)
    severity = one_of(("low", "medium", "high"), "medium")
    detection_type = one_of(("regex", "ai", "automod", "manual", "raid"), "automod")
    action = text("warning", description="what the bot did, in our words")
    action_taken = text("Warning issued", description="and in the bot's own")
    timestamp = moment(AT)


class MetricsUpdateData(Answer):
    """Of the last 24 hours. The latest one says it all: a slow reader gets no older ones."""

    messages_processed = count(18_204)
    violations_total = count(37)
    health_score = whole(82, 0, 100)
    version = count(1841)


class HealthUpdateData(Answer):
    health_score = whole(82, 0, 100)
    violation_rate = number(0.2)
    warning = fields.Boolean(metadata={"examples": [False]})


class ConfigUpdateData(Answer):
    field = one_of(("rules", "config", "roles"), "config")
    updated_by = text("815", null=True, description="a person's id, or a token's")
    updated_by_username = username()
    updated_by_avatar = avatar()
    changes = fields.Dict(metadata={"examples": [{"before": {}, "after": {}}]})


class NotificationData(NotificationFields):
    """The same to everybody: whether it was read is each reader's own."""


class ExportProgressData(Answer):
    id = uuid("c0a1f6f0-52f7-4c39-8a38-3f1d7f0e7a0a")
    status = one_of(EXPORT_STATES, "running")
    progress = percent(40)


class AlertData(Answer):
    """An alert opened, changed or closed; what else it says is read."""

    id = uuid("3f1d7f0e-7a0a-4f0f-a1a5-4f0c7f9d2b11")
    event_type = one_of(tuple(name.value for name in ALERTS), "mass_violations")
    state = one_of(tuple(state.value for state in State), "firing")
    revision = count(1)


class IncidentData(Answer):
    """An incident began, grew, is looked after, or is over; what else it says is read."""

    id = uuid("7c1d5a0e-3c0b-4a53-9a55-0d2f6f1b8e44")
    state = one_of((GOING_ON, OVER), GOING_ON)
    started_at = moment(AT)
    ended_at = moment("2026-03-18T10:14:10.000Z", description="its last violation so far")
    violation_count = count(60)
    member_count = count(24)
    revision = count(3)
    by = text(None, null=True, description="the id of the person or token that did something")


class BotChangeData(Answer):
    """There is a decision for the bot, it has it, or said what became of it."""

    id = uuid("7d0b8a53-3b1e-4a53-9a37-7f2d6f0e4b10")
    kind = one_of(tuple(kind.value for kind in BotChangeKind), "appeals.decide")
    subject = text("appeal:17")
    state = one_of(tuple(state.value for state in BotChangeState), "told")


LIVE_DATA: dict[str, type[Answer]] = {
    "violation": ViolationData,
    "metrics_update": MetricsUpdateData,
    "health_update": HealthUpdateData,
    "config_update": ConfigUpdateData,
    "notification": NotificationData,
    "export_progress": ExportProgressData,
    "alert": AlertData,
    "incident": IncidentData,
    "bot_change": BotChangeData,
}


def _event(kind: str, data: type[Answer]) -> type[Schema]:
    told = "the event's place, `epoch:offset`: `since` when you come back"
    parts: dict[str, fields.Field[Any]] = {
        "type": one_of([kind], kind),
        "guild_id": snowflake("4242"),
        "id": text("9f2c41d07ab3:1841", pattern="^[0-9a-z]+:[0-9]+$", description=told),
        "timestamp": moment(AT),
        "data": fields.Nested(data),
    }
    name = "Live" + data.__name__.removesuffix("Data")
    return Answer.from_dict(parts, name=name)


# The whole message of each type of event.
LIVE_EVENTS = {kind: _event(kind, data) for kind, data in LIVE_DATA.items()}
