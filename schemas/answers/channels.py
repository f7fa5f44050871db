"""Answers about channels."""

from __future__ import annotations

from marshmallow import fields

from domain.attempts import Outcome
from domain.channel_kinds import ChannelKind
from domain.decisions import LetThrough
from domain.delivery_life import InDoubt
from schemas.answers.common import (
    Answer,
    count,
    flag,
    many,
    moment,
    one_of,
    snowflake,
    text,
    uuid,
    whole,
)
from schemas.answers.notifications import AT, PRIORITIES
from schemas.notification import EVENT_TYPES

STATES = ("ok", "failing", "broken")


class ChannelAnswer(Answer):
    id = uuid("0197d5c2-7a0a-4f0f-a1a5-4f0c7f9d2b11")
    kind = one_of(ChannelKind, "discord")
    name = text("#mod-alerts")
    settings = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "secrets masked but for the last four; a mask sent back changes nothing",
            "examples": [{"url": "********Xy7q"}],
        },
    )
    enabled = flag(True)
    threshold = one_of(PRIORITIES, "low")
    events = fields.List(
        one_of(EVENT_TYPES, "mass_violations"), allow_none=True, metadata={"examples": [None]}
    )
    after_minutes = whole(0, 0, 1440)
    let_through = one_of(LetThrough, "none")
    mention_role = snowflake(None, null=True)
    in_doubt = one_of(InDoubt, None, null=True)
    state = one_of(STATES, "ok")
    blocked_until = moment(None, null=True, description="its provider asked to wait")
    last_ok_at = moment(AT, null=True)
    last_failure = text(None, null=True)
    revision = whole(1, 1, 1 << 53)
    created_at = moment(AT)
    updated_at = moment(AT)


class ChannelFieldAnswer(Answer):
    name = text("url")
    label = text("Webhook address")
    help = text("Begins with https://discord.com/api/webhooks/")
    is_secret = flag(True)
    is_list = flag(False)
    is_required = flag(True)
    default = text("")
    choices = fields.List(text("https://events.pagerduty.com"))


class ChannelKindAnswer(Answer):
    kind = one_of(ChannelKind, "discord")
    label = text("Discord")
    settings = many(ChannelFieldAnswer, description="what a form asks for")
    setup = fields.List(text("Choose New Webhook."), metadata={"description": "step by step"})
    leaves = text("Titles, counts, rule names and who acted, to all who read that channel.")
    has_signing_secret = flag(False)
    unavailable = text(None, null=True, description="why the operator does not allow it")


class ChannelsAnswer(Answer):
    channels = many(ChannelAnswer, description="in the order in which they were made")
    kinds = many(ChannelKindAnswer)


class PlaceAnswer(Answer):
    server_id = snowflake("4242", null=True)
    channel_id = snowflake("1300", null=True)
    channel_name = text("general", null=True, description="as a bot of this server said last")
    name = text("Captain Hook")


class SavedChannelAnswer(Answer):
    channel = fields.Nested(ChannelAnswer)
    signing_secret = text(None, null=True, description="shown only here")
    place = fields.Nested(
        PlaceAnswer, allow_none=True, metadata={"description": "where a Discord webhook posts to"}
    )
    warnings = fields.List(text("This webhook posts to another server than this one."))


class ChannelTestAnswer(Answer):
    outcome = one_of(Outcome, "sent")
    reason = text("sent", description="one word, such as `timeout`, `refused`, `http_404`")
    http_status = fields.Integer(allow_none=True, metadata={"examples": [200]})
    answer = text("ok", description="the provider's own words, without secrets")
    took_ms = count(140)
