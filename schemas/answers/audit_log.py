"""Answers about who changed what, and who read what."""

from __future__ import annotations

from marshmallow import fields

from domain.audit_subjects import KINDS
from schemas.answers.common import (
    Answer,
    avatar,
    count,
    cursor,
    many,
    moment,
    one_of,
    person,
    text,
    username,
    uuid,
    whole,
)

SUBJECTS = sorted({*KINDS, "violation"} - {"appeal"})
AT = "2026-03-18T10:12:44.120Z"


class AuditSubjectAnswer(Answer):
    kind = one_of(SUBJECTS, "member")
    id = text("815")
    name = text("ada", null=True, description="null: unknown, or gone")
    avatar = avatar()


class AuditEntryAnswer(Answer):
    id = uuid("9b0f8b46-2b0c-4a4e-9f0e-0f5d4a1c7f55")
    user_id = person("77", null=True)
    username = username()
    avatar = avatar()
    action = text("config.update")
    details = fields.Raw(
        allow_none=True,
        metadata={
            "description": "usually `before` and `after`; of an earlier bot whatever it wrote: as"
            " text where that is no JSON, or nested over 100 deep",
            "examples": [{"after": {}}],
        },
    )
    about = many(AuditSubjectAnswer, description="whom and what the details name by id")
    timestamp = moment(AT)


class AuditLogAnswer(Answer):
    entries = many(AuditEntryAnswer)
    next_cursor = cursor()


class AccessEntryAnswer(Answer):
    reader = text("user:77", description="`user:` or `token:`, and its id")
    username = username()
    avatar = avatar()
    what = text("/api/v1/servers/<guild_id>/metrics", description="the route that was read")
    count = count(12)
    renewals = whole(9, 0, 2**53, description="of these, by an open page by itself, as it says")
    hour = moment("2026-03-18T10:00:00.000Z", description="start of the hour")
    last_at = moment(AT)


class AccessLogAnswer(Answer):
    entries = many(AccessEntryAnswer)
    next_cursor = cursor()
