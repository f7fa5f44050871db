"""A violation as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.snowflake import text_or_none
from models.guilds.channel_names import channel_names
from models.violations.list import ViolationItem
from services.users.names import UNRESOLVED, ShownUser

# By id, in one guild; None and what is missing have no name that a bot said.
Channels = Mapping[int, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownViolation:
    """In the order of the JSON; ids are strings, times RFC 3339."""

    id: str
    user_id: str
    username: str | None
    avatar: str | None
    message_id: str | None
    channel_id: str | None
    channel_name: str | None
    moderator_id: str | None
    moderator_username: str | None
    moderator_avatar: str | None
    rule: str | None
    reason: str
    severity: str
    detection_type: str
    action: str
    action_taken: str
    response_time_ms: int | None
    timestamp: str
    appeal: str | None


def shown_violation(
    item: ViolationItem, users: Mapping[int, ShownUser], channels: Channels
) -> ShownViolation:
    row, user = item.row, users.get(item.row.user_id, UNRESOLVED)
    moderator = users.get(row.moderator_id or 0, UNRESOLVED)
    return ShownViolation(
        id=str(row.id),
        user_id=str(row.user_id),
        username=user.username,
        avatar=user.avatar,
        message_id=text_or_none(row.message_id),
        channel_id=text_or_none(row.channel_id),
        channel_name=channels.get(row.channel_id or 0),
        moderator_id=text_or_none(row.moderator_id),
        moderator_username=moderator.username,
        moderator_avatar=moderator.avatar,
        rule=row.rule,
        reason=row.reason,
        severity=row.severity,
        detection_type=row.detection_type,
        action=row.action,
        action_taken=row.action_taken,
        response_time_ms=row.response_time_ms,
        timestamp=rfc3339(row.timestamp_ms),
        appeal=item.appeal,
    )


def shown_violations(
    items: Iterable[ViolationItem], users: Mapping[int, ShownUser], channels: Channels
) -> list[ShownViolation]:
    return [shown_violation(item, users, channels) for item in items]


def people_in(items: Iterable[ViolationItem]) -> set[int]:
    """Everybody whom these violations name."""
    ids = {id for item in items for id in (item.row.user_id, item.row.moderator_id)}
    return {id for id in ids if id is not None}


def channels_in(items: Iterable[ViolationItem]) -> set[int]:
    ids = {item.row.channel_id for item in items}
    return {id for id in ids if id is not None}


class KnownChannels:
    """What channels are called, each looked up once for an answer of many pages."""

    def __init__(self, guild_id: int) -> None:
        self._guild_id = guild_id
        self._names: dict[int, str | None] = {}

    def of(self, connection: Connection, items: Iterable[ViolationItem]) -> Channels:
        """Of the channels of these violations, and of earlier ones."""
        new = channels_in(items) - self._names.keys()
        self._names.update(dict.fromkeys(new))
        self._names.update(channel_names(connection, self._guild_id, new))
        return self._names
