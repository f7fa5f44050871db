"""The list of violations with its filters, page by page of one consistent read."""

from __future__ import annotations

from collections.abc import Generator
from operator import attrgetter

from sqlalchemy import Connection

from domain.exports import ExportWish, parse_incident
from domain.rule_key import parse_rule_key
from domain.spans import window_of
from models.violations.found import find
from models.violations.list import Position, ViolationFilter, ViolationItem, list_violations
from models.violations.total import count_violations
from services.exports.lines import Row
from services.users.names import Shown, shown_users
from services.violations.shape import Channels, KnownChannels, people_in, shown_violation

PAGE = 1_000


def filter_of(wish: ExportWish) -> ViolationFilter:
    given = wish.filters
    since_ms, until_ms = wish.from_ms, wish.to_ms
    if wish.span is not None:
        window = window_of(wish.span, wish.as_of_ms)
        since_ms, until_ms = window.start_ms, window.end_ms
    return ViolationFilter(
        severity=given.get("severity"),
        detection_type=given.get("detection_type"),
        action=given.get("action"),
        user_id=int(given["user_id"]) if "user_id" in given else None,
        rule=given.get("rule"),
        rule_hash=parse_rule_key(given["rule_hash"]) if "rule_hash" in given else None,
        since_ms=since_ms,
        until_ms=until_ms,
        text=given.get("q"),
        incident_id=parse_incident(given["incident"]) if "incident" in given else None,
    )


def count(connection: Connection, wish: ExportWish) -> int:
    return count_violations(connection, wish.guild_id, filter_of(wish))


def rows(connection: Connection, wish: ExportWish) -> Generator[Row]:
    """Newest first."""
    wanted, after = filter_of(wish), None
    guild_id = wish.guild_id
    channels = KnownChannels(guild_id)
    found = find(connection, guild_id, wanted.text) if wanted.text is not None else None
    while items := list_violations(connection, guild_id, wanted, PAGE, after=after, found=found):
        users = shown_users(connection, people_in(items), guild_id, asks=False)
        names = channels.of(connection, items)
        for item in items:
            yield _row(item, users, names)
        after = Position(items[-1].row.timestamp_ms, items[-1].row.id)


def _row(item: ViolationItem, users: Shown, channels: Channels) -> Row:
    shown = shown_violation(item, users, channels)
    return (shown.id, item.row.timestamp_ms, *_rest(shown))


_rest = attrgetter(
    *("user_id", "username", "rule", "reason", "severity", "detection_type", "action"),
    *("action_taken", "moderator_id", "moderator_username", "channel_id", "channel_name"),
    *("message_id", "response_time_ms", "appeal"),
)
