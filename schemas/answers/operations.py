"""Answers to bots, and to whoever runs Modwatch."""

from __future__ import annotations

from marshmallow import fields

from schemas.answers.common import (
    Answer,
    count,
    flag,
    many,
    one_of,
    positive,
    record,
    snowflake,
    text,
)

STATES = ("healthy", "degraded", "unhealthy")
CHECKS = (
    "database",
    "cache",
    "broker",
    "workers",
    "beat",
    "snapshots",
    "background",
    "alerts",
    "reports",
    "exports",
    "discord_api",
    "storage",
    "secrets",
    "backups",
)


class RejectedEvent(Answer):
    index = count(3, description="its place in the request, from 0")
    id = text(None, null=True, description="null where it cannot be read")
    errors = fields.Dict(
        keys=fields.String(), metadata={"examples": [{"severity": ["Must be one of: low, ..."]}]}
    )


class IngestWarningAnswer(Answer):
    field = text("action_taken")
    value = text("Muzzled")
    why = text("counts as other: it has none of warn, timeout, mute, kick, unban and ban in it")


class IngestAnswer(Answer):
    accepted = count(120)
    duplicates = count(2, description="had been sent before; nothing changed")
    rejected = many(RejectedEvent, description="not stored; the others are")
    warnings = many(
        IngestWarningAnswer,
        description="stored, but perhaps not as you meant it; each wording is named once",
        optional=True,
    )


class BotGuildsAnswer(Answer):
    covers_all = flag(False, description="every server, also one that is new")
    guild_ids = fields.List(
        snowflake("4242"), metadata={"description": "the only ones, unless it covers all"}
    )


class LiveAnswer(Answer):
    status = one_of(["alive"], "alive")


class ReadyAnswer(Answer):
    status = one_of(["ready"], "ready")
    live_events = one_of(["up", "away"], "up", description="away: pages poll meanwhile")


class CheckAnswer(Answer):
    status = one_of(STATES, "healthy")
    message = text("answers")
    response_time_ms = positive(0.42)
    runbook = text(None, null=True, description="the file in runbooks/ to read, if it is not well")


class HealthReportAnswer(Answer):
    status = one_of(STATES, "healthy")
    version = record(
        "Version",
        version=text("0.1.0"),
        commit=text(None, null=True),
        built_at=text(None, null=True),
    )
    checks = record("Checks", **{name: fields.Nested(CheckAnswer) for name in CHECKS})


class DeduplicationAnswer(Answer):
    total_requests = count(1_204)
    deduplicated_requests = count(310)
    hit_rate = positive(0.2575, maximum=1)
    in_flight_count = count(0)
