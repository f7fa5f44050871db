"""Answers about violations and the members who committed them."""

from __future__ import annotations

from marshmallow import fields

from domain.actions import Action
from domain.severity import DetectionType, Severity
from schemas.answers.common import (
    Answer,
    avatar,
    count,
    cursor,
    flag,
    many,
    moment,
    one_of,
    person,
    snowflake,
    text,
    username,
    uuid,
    whole,
)

APPEAL_STATES = ("pending", "approved", "denied")
VIOLATION = "5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1"
AT = "2026-03-18T10:12:44.120Z"


class ViolationAnswer(Answer):
    moderator_username = username()
    moderator_avatar = avatar()
    id = uuid(VIOLATION)
    user_id = person("815")
    username = username()
    avatar = avatar()
    message_id = snowflake("1204", null=True)
    channel_id = snowflake("1300", null=True)
    channel_name = text("general", null=True, description="as a bot of this server said last")
    moderator_id = person("77", null=True)
    rule = text("No advertising", null=True)
    reason = text("invite link")
    severity = one_of(Severity, "medium")
    detection_type = one_of(DetectionType, "automod")
    action = one_of(Action, "warning", description="what the bot's own words come down to")
    action_taken = text("Warning issued")
    response_time_ms = fields.Integer(
        allow_none=True, metadata={"minimum": 0, "maximum": 3_600_000, "examples": [84]}
    )
    timestamp = moment(AT)
    appeal = one_of(APPEAL_STATES, None, null=True)


class ViolationDetailAnswer(ViolationAnswer):
    history = many(ViolationAnswer, description="the member's last 20, newest first")


class ViolationsAnswer(Answer):
    violations = many(ViolationAnswer)
    total = count(97, description="of all violations that are kept (for as long as events are)")
    page = whole(1, 1, 1_000_000)
    per_page = whole(50, 1, 200)
    next_cursor = cursor()
    members_left_out = flag(
        False,
        description="by name `q` finds 32 members among the 10,000 with the most violations; "
        "true: further ones may be called so",
    )


class WarningAnswer(Answer):
    user_id = person("815")
    username = username()
    avatar = avatar()
    level = whole(2, 0, 5)
    kicked_before = flag(False)
    last_violation = moment(AT, null=True)


class WarningsAnswer(Answer):
    warnings = many(WarningAnswer, description="the highest level first")
    total = count(12)
    next_cursor = cursor()


class WarningDetailAnswer(WarningAnswer):
    is_known = flag(True, description="whether anything was heard of them on this server")
    level_description = text("Second warning")
    violations = many(ViolationAnswer, description="the last 20, newest first")


class ClearedAnswer(Answer):
    cleared = count(4, description="members whose warnings were cleared")


class AppealAnswer(Answer):
    resolved_by_username = username()
    resolved_by_avatar = avatar()
    appeal_id = text("appeal-19")
    violation_id = uuid(VIOLATION)
    user_id = person("815", null=True)
    username = username()
    avatar = avatar()
    rule = text("Spam", null=True, description="of the violation; null if it is not known here")
    reason = text("Posted the same link 6 times", null=True)
    text = text("I was quoting somebody", null=True, description="the member's own words")
    status = one_of(APPEAL_STATES, "pending")
    created_at = moment(AT)
    resolved_at = moment(None, null=True)
    resolved_by = person(None, null=True)


class AppealsAnswer(Answer):
    appeals = many(AppealAnswer)
    next_cursor = cursor()


class ErasedAnswer(Answer):
    anonymised_violations = count(11)
    mailed_to = count(
        2, description="mail addresses that got reports of the server, as far as that is kept"
    )
