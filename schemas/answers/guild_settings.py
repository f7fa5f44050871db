"""Answers about what people decide for a server: rules, config, roles, tokens."""

from __future__ import annotations

from marshmallow import fields

from domain.roles import ROLES
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
    positive,
    snowflake,
    text,
    username,
    uuid,
    whole,
)

AT = "2026-03-18T10:12:44.120Z"
TOKEN = "0c6b1f0e-52b5-4c0f-8d8d-0a8e6a3c9a10"


class RulesAnswer(Answer):
    rules = text("1. Be kind.\n2. No advertising.", description="empty without any")
    has_rules = flag(True)
    updated_at = moment(AT, null=True)
    updated_by = person("77", null=True)
    updated_by_username = username()
    updated_by_avatar = avatar()


class ConfigAnswer(Answer):
    severity_threshold = positive(0.5, maximum=1)
    buffer_timeout_secs = whole(30, 1, 3600)
    buffer_threshold = whole(10, 1, 1000)
    mod_role_id = snowflake("9001", null=True)
    timezone = text("Europe/Berlin")
    version = count(3, description="send it as `If-Match` with a change; 0: never configured")


class BotConfigAnswer(Answer):
    guild_id = snowflake("4242")
    config = fields.Nested(ConfigAnswer)
    rules = fields.Nested(RulesAnswer)


class RoleAnswer(Answer):
    assigned_by_username = username()
    assigned_by_avatar = avatar()
    user_id = person("815")
    username = username()
    avatar = avatar()
    role = one_of(ROLES, "moderator")
    assigned_by = person("77", null=True, description="null: by an API token")
    assigned_at = moment(AT)


class RolesAnswer(Answer):
    roles = many(RoleAnswer)


class TokenAnswer(Answer):
    id = uuid(TOKEN)
    name = text("nightly report")
    kind = one_of(["api", "bot"], "api")
    role = one_of(ROLES, "viewer", null=True, description="null for a bot token")
    created_by = person("77", null=True)
    created_by_username = username()
    created_by_avatar = avatar()
    created_at = moment(AT)
    expires_at = moment(None, null=True)
    revoked_at = moment(None, null=True)
    works = flag(
        True,
        description="false once it, or a token that made it, was revoked or expired, and while its"
        " maker has no role in the server any more (for a bot token: is no admin),"
        " as Discord last said of them within 30 days",
    )
    last_used_at = moment(None, null=True)


class UsageAnswer(Answer):
    events = count(4_200, description="stored today, by whatever token")
    events_quota = count(500_000, allow_none=True, description="null: no limit")
    stored_bytes = count(5_000_000, description="about, with the counts made of them")
    bytes_quota = count(500_000_000, allow_none=True, description="null: no limit")
    tokens = count(3, description="that work or could work again")
    tokens_quota = count(100)
    resets_at = moment("2026-03-19T00:00:00.000Z", description="the end of the UTC day")


class TokensAnswer(Answer):
    tokens = many(TokenAnswer, description="newest first")
    next_cursor = cursor()


class NewTokenAnswer(TokenAnswer):
    token = text("mw_...", description="the secret, shown only here")
