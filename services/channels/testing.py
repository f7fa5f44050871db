"""Sending a test message through a channel, saved or not, and saying what its provider answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from adapters.channels.base import Settings
from adapters.channels.registry import CHANNELS
from domain.attempts import Attempt, Outcome
from domain.messages import Message, MessageKind, Priority
from domain.roles import Admin, Authenticated
from models.audit_log import count_actions
from models.channels.store import channel_of
from models.guilds.guild import named_guilds
from services.audit.change import audited
from services.channels.changes import ChannelFieldError, NoChannelError
from services.channels.sealing import open_settings
from services.container import Parts

MOST_A_MINUTE = 5
PATIENCE_SECONDS = 15.0  # so long a person waits for the answer
ACTION = "channels.test"


class TooManyTestsError(Exception):
    """MOST_A_MINUTE tests within a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What came of it; `answer` is the provider's own words without secrets."""

    outcome: Outcome
    reason: str
    http_status: int | None
    answer: str
    took_ms: int


def try_new_channel(
    parts: Parts,
    who: Authenticated[Admin],
    kind: str,
    settings: Mapping[str, Any],
    target: str,
    test_id: UUID,
) -> Tested:
    """Send a test with settings that are not saved. Raises SettingsError and as `_tested` does.

    `test_id`: the same for a test that is asked for once more, so that who drops repeats does.
    """
    channel = CHANNELS[kind]
    kept = channel.checked(channel.merged({}, settings), parts.ways())
    made = channel.rotated(kept, parts.clock())
    settings = made[0] if made else kept
    return _tested(parts, who, kind, settings, target, test_id, {"kind": kind})


def try_channel(
    parts: Parts,
    who: Authenticated[Admin],
    id: UUID,
    settings: Mapping[str, Any] | None,
    target: str,
    test_id: UUID,
) -> Tested:
    """The same with those of a channel, and over them what was sent of them.

    Raises NoChannelError too.
    """
    with parts.database.read() as connection:
        row = channel_of(connection, who.guild_id, id)
    if row is None:
        raise NoChannelError
    kept, channel = open_settings(parts.secrets, row), CHANNELS[row.kind]
    if settings is not None:
        kept = channel.checked(channel.merged(kept, settings), parts.ways())
    details = {"id": str(id), "kind": row.kind}
    return _tested(parts, who, row.kind, kept, target, test_id, details)


def _tested(
    parts: Parts,
    who: Authenticated[Admin],
    kind: str,
    settings: Settings,
    target: str,
    test_id: UUID,
    details: dict[str, str],
) -> Tested:
    """Raises TooManyTestsError, ChannelFieldError. Written down before anything leaves."""
    targets = CHANNELS[kind].targets(settings)
    if target and target not in targets:
        raise ChannelFieldError("target", "is no address of this channel")
    now_ms = parts.clock()
    with audited(parts, who, ACTION) as change:
        if count_actions(change.connection, who.guild_id, ACTION, now_ms) >= MOST_A_MINUTE:
            raise TooManyTestsError(f"at most {MOST_A_MINUTE} tests a minute")
        change.details = details
    return send_test(parts, who.guild_id, kind, settings, target or targets[0], test_id)


def send_test(
    parts: Parts, guild_id: int, kind: str, settings: Settings, target: str, test_id: UUID
) -> Tested:
    """Send a test and wait for the answer, PATIENCE_SECONDS at most."""
    with parts.database.read() as connection:
        names = named_guilds(connection, [guild_id])
    name = next((row.name for row in names), None) or str(guild_id)
    message = _message(parts, guild_id, name, target, test_id)
    ways = replace(parts.ways(), patience_seconds=PATIENCE_SECONDS)
    began_seconds = time.monotonic()
    attempt = CHANNELS[kind].send(message, settings, ways, lambda: None)
    return _shown(attempt, round((time.monotonic() - began_seconds) * 1000))


def _message(parts: Parts, guild_id: int, name: str, target: str, test_id: UUID) -> Message:
    return Message(
        kind=MessageKind.TEST,
        event_type="test",
        priority=Priority.LOW,
        guild_id=guild_id,
        guild_name=name,
        title="Modwatch can reach you here",
        text="This is a test. Alerts that this channel is set up for will arrive like it.",
        link=f"{parts.settings.public_url}/?guild={guild_id}#alerts",
        happened_ms=parts.clock(),
        story=f"test:{test_id.hex}",
        delivery_id=test_id,
        target=target,
    )


def _shown(attempt: Attempt, took_ms: int) -> Tested:
    return Tested(
        outcome=attempt.outcome,
        reason=attempt.reason,
        http_status=attempt.http_status,
        answer=attempt.answer,
        took_ms=took_ms,
    )
