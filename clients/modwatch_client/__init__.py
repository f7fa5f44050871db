"""Sends what a moderation bot sees to Modwatch, and loses none of it."""

from modwatch_client.async_client import AsyncClient
from modwatch_client.backoff import RetryPolicy
from modwatch_client.changes import Change, Outcome
from modwatch_client.checks import clean
from modwatch_client.client import VERSION, Client
from modwatch_client.dead_letters import DeadLetter
from modwatch_client.errors import (
    ChangesUnavailable,
    ClientClosed,
    ConfigUnavailable,
    InvalidEvent,
    ModwatchError,
    SpoolError,
    SpoolFull,
    StandingUnavailable,
)
from modwatch_client.events import (
    AppealEvent,
    DetectionType,
    Event,
    GuildEvent,
    HeartbeatEvent,
    MessagesEvent,
    RateLimit,
    Severity,
    UserEvent,
    ViolationEvent,
    WarningEvent,
)
from modwatch_client.guild_config import GuildConfig
from modwatch_client.standing import Standing
from modwatch_client.stats import FlushResult, Stats

__version__ = VERSION
__all__ = [
    "AppealEvent",
    "AsyncClient",
    "Change",
    "ChangesUnavailable",
    "Client",
    "ClientClosed",
    "ConfigUnavailable",
    "DeadLetter",
    "DetectionType",
    "Event",
    "FlushResult",
    "GuildConfig",
    "GuildEvent",
    "HeartbeatEvent",
    "InvalidEvent",
    "MessagesEvent",
    "ModwatchError",
    "Outcome",
    "RateLimit",
    "RetryPolicy",
    "Severity",
    "SpoolError",
    "SpoolFull",
    "Standing",
    "StandingUnavailable",
    "Stats",
    "UserEvent",
    "ViolationEvent",
    "WarningEvent",
    "clean",
]
