"""The events Modwatch takes, one class each; what the server would refuse raises InvalidEvent.

Ids of Discord may be given as `int` or `str`. `id` is made with the event, not with the request:
however often an event is sent, it counts once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, get_args, get_type_hints
from uuid import UUID

from modwatch_client import checks
from modwatch_client.errors import InvalidEvent
from modwatch_client.event_ids import new_id

Severity = Literal["low", "medium", "high"]
DetectionType = Literal["regex", "ai", "automod", "manual", "raid"]
AppealStatus = Literal["pending", "approved", "denied"]
Snowflake = int | str
HIGHEST_COUNT = 1_000_000

_Id = Annotated[Snowflake, checks.snowflake]
_Uuid = Annotated[UUID, checks.uuid]
_Moment = Annotated[datetime, checks.moment]
_Short = Annotated[str, checks.text(0, 100)]
_Name = Annotated[str, checks.text(1, 100)]
_Milliseconds = Annotated[int, checks.whole(0, checks.HIGHEST_RESPONSE_TIME_MS)]


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def _checks_of(kind: type) -> dict[str, checks.Check]:
    """The check of each field, from its annotation; one that may be None lets that pass."""
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for one in fields(kind):
        hint = hints[one.name]
        optional = NoneType in get_args(hint)
        annotated = get_args(hint)[0] if optional else hint
        check = annotated.__metadata__[0]
        found[one.name] = checks.or_none(check) if optional else check
    return found


def _check_fields(value: Any) -> None:
    """Replace every field by its checked value; InvalidEvent naming all that are wrong."""
    errors = {}
    for name, check in _checks_of(value.__class__).items():
        try:
            object.__setattr__(value, name, check(getattr(value, name)))
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise InvalidEvent(errors)


@dataclass(frozen=True, kw_only=True)
class Event:
    """What every event has."""

    type: ClassVar[str]
    guild_id: _Id
    id: _Uuid = field(default_factory=new_id)
    timestamp: _Moment = field(default_factory=_now)

    def __post_init__(self) -> None:
        _check_fields(self)

    @property
    def slot(self) -> str | None:
        """Names what a later event makes worthless while it waits; None: every one counts."""
        return None

    def json(self) -> bytes:
        """The event as the server reads it, on one line."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        said |= {"type": self.type, "timestamp": _rfc3339(self.timestamp)}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


@dataclass(frozen=True, kw_only=True)
class ViolationEvent(Event):
    """One breach the bot acted on."""

    type: ClassVar[str] = "violation"
    user_id: _Id
    reason: Annotated[str, checks.text(1, 1000)]
    severity: Annotated[Severity, checks.one_of(Severity)]
    detection_type: Annotated[DetectionType, checks.one_of(DetectionType)]
    action_taken: _Short
    rule: _Short | None = None
    message_id: _Id | None = None
    channel_id: _Id | None = None
    channel_name: _Name | None = None
    moderator_id: _Id | None = None
    response_time_ms: _Milliseconds | None = None
    content_hash: Annotated[str, checks.text(0, 128)] | None = None


@dataclass(frozen=True, kw_only=True)
class MessagesEvent(Event):
    """So many messages; `count_message` makes these for you, one per guild and minute."""

    type: ClassVar[str] = "messages"
    count: Annotated[int, checks.whole(1, HIGHEST_COUNT)]
    response_time_ms_sum: (
        Annotated[int, checks.whole(0, HIGHEST_COUNT * checks.HIGHEST_RESPONSE_TIME_MS)] | None
    ) = None
    response_time_count: Annotated[int, checks.whole(0, HIGHEST_COUNT)] | None = None


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """How much of a rate limit of Discord is left."""

    limit: Annotated[int, checks.whole(1, 1_000_000)]
    remaining: Annotated[int, checks.whole(0, 1_000_000)]
    reset_after_ms: Annotated[int, checks.whole(0, 86_400_000)] | None = None

    def __post_init__(self) -> None:
        _check_fields(self)


@dataclass(frozen=True, kw_only=True)
class HeartbeatEvent(Event):
    """The bot saying that it is alive."""

    type: ClassVar[str] = "heartbeat"
    latency_ms: _Milliseconds | None = None
    shard_id: Annotated[int, checks.whole(0, 100_000)] | None = None
    rate_limit: Annotated[RateLimit, checks.instance(RateLimit)] | None = None

    @property
    def slot(self) -> str:
        """The server keeps a shard's last sign of life only; so does the spool."""
        return f"heartbeat:{self.guild_id}:{self.shard_id or 0}"


@dataclass(frozen=True, kw_only=True)
class WarningEvent(Event):
    """A member's standing in a guild: its warning level, 0 to 5."""

    type: ClassVar[str] = "warning"
    user_id: _Id
    level: Annotated[int, checks.whole(0, 5)]
    kicked_before: Annotated[bool, checks.flag] | None = None


@dataclass(frozen=True, kw_only=True)
class AppealEvent(Event):
    """A member appeals a violation, or somebody decided on it."""

    type: ClassVar[str] = "appeal"
    appeal_id: _Name
    violation_id: _Uuid
    status: Annotated[AppealStatus, checks.one_of(AppealStatus)]
    resolved_by: _Id | None = None
    text: Annotated[str, checks.text(1, 1000)] | None = None


@dataclass(frozen=True, kw_only=True)
class GuildEvent(Event):
    """What a guild is called, and how large it is."""

    type: ClassVar[str] = "guild"
    name: _Short | None = None
    icon: _Short | None = None
    owner_id: _Id | None = None
    member_count: Annotated[int, checks.whole(0, 1_000_000_000)] | None = None


@dataclass(frozen=True, kw_only=True)
class UserEvent(Event):
    """What a user is called; saves the server from asking Discord."""

    type: ClassVar[str] = "user"
    user_id: _Id
    username: _Name
    avatar: _Short | None = None
    discriminator: Annotated[str, checks.text(0, 10)] | None = None


def _plain(value: object) -> Any:
    """What JSON has no type of: a UUID, a RateLimit."""
    return str(value) if isinstance(value, UUID) else vars(value)


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
