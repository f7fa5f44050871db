"""Answers about the person who is logged in, and their servers."""

from __future__ import annotations

from domain.roles import ROLES
from schemas.answers.common import (
    Answer,
    avatar,
    count,
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


class ClientConfigAnswer(Answer):
    client_id = text("1111", null=True, description="Discord's id of the application; null: none")
    demo = flag(False)


class AccountAnswer(Answer):
    id = person("815", null=True, description="null for an API token")
    username = username()
    avatar = avatar()
    selected_guild_id = snowflake("4242", null=True)


class SessionAnswer(Answer):
    id = uuid("b1a7c0b2-0f3c-4a0e-8f63-2f6f9f1f7c11")
    user_agent = text("Mozilla/5.0")
    created_at = moment("2026-03-18T10:12:44.120Z")
    expires_at = moment("2026-03-25T10:12:44.120Z")
    current = flag(True, description="the one that asks")


class SessionsAnswer(Answer):
    sessions = many(SessionAnswer)


class EndedAnswer(Answer):
    ended = count(2)


class ServerAnswer(Answer):
    id = snowflake("4242")
    name = text("The Lighthouse")
    icon = text(None, null=True, description="the hash of Discord's picture")
    bot_present = flag(True, description="the bot has sent something")
    role = one_of(ROLES, "admin")


class ServersAnswer(Answer):
    servers = many(ServerAnswer, description="by name")


class ServerAtOnceAnswer(ServerAnswer):
    health_score = whole(
        81, 0, 100, null=True, description="of the last 24 hours; null: too little to say"
    )
    incidents_going_on = count(1)
    alerts_open = count(2)
    appeals_waiting = count(3)
    unread_count = count(4, description="notifications that the caller has not read")


class ServersAtOnceAnswer(Answer):
    servers = many(
        ServerAtOnceAnswer,
        description="what needs somebody first: by incidents, alerts, appeals, then low health;"
        " at most 200",
    )
    total = count(1, description="servers in which the caller has a role")
