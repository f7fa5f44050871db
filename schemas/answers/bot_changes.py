"""Answers about decisions that a bot is to carry out."""

from __future__ import annotations

from marshmallow import fields

from domain.bot_changes import BotChangeKind, BotChangeState
from schemas.answers.common import (
    Answer,
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

AT = "2026-03-18T10:12:44.120Z"
CHANGE = "7d0b8a53-3b1e-4a53-9a37-7f2d6f0e4b10"
EXAMPLE = {
    "appeal_id": "17",
    "violation_id": "5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1",
    "user_id": "815",
    "status": "approved",
    "action": "timeout",
    "action_taken": "Timed out for 1 h",
}
KINDS = tuple(kind.value for kind in BotChangeKind)
STATES = tuple(state.value for state in BotChangeState)


class BotChangeAnswer(Answer):
    """`data` differs by kind: an appeal with its status and what had been done to the member; a
    member whose warnings were cleared; several of them, with the time before which; the rules;
    the config.
    """

    id = uuid(CHANGE)
    guild_id = snowflake("4242")
    kind = one_of(KINDS, "appeals.decide")
    subject = text("appeal:17", description="the last change of a subject counts")
    data = fields.Dict(metadata={"examples": [EXAMPLE]})
    user_id = person("815", null=True)
    decided_at = moment(AT)
    decided_by = text("77", null=True, description="a person's id, or a token's")
    decided_by_username = username()
    state = one_of(STATES, "told")
    told_at = moment(AT, null=True)
    ended_at = moment(None, null=True)
    detail = text(None, null=True, description="the bot's words on the outcome")


class StandingAnswer(Answer):
    """A member's standing, from which a bot goes on; one nobody warned has level 0."""

    user_id = person("815")
    level = whole(2, 0, 5)
    kicked_before = flag(False)


class BotChangesAnswer(Answer):
    changes = many(BotChangeAnswer, description="oldest first, 1 MB at most")
    next = text(None, null=True, description="send it as `since` to get what comes after")


class ShownBotChangesAnswer(Answer):
    changes = many(BotChangeAnswer, description="newest first")
    next_cursor = cursor()
