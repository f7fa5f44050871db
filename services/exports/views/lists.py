"""Members' warnings and the audit log, page by page of one consistent read."""

from __future__ import annotations

from collections.abc import Generator

from sqlalchemy import Connection

from domain.exports import ExportWish
from domain.snowflake import text_or_none
from domain.spans import window_of
from models.audit_log import AuditFilter, audit_entries, count_entries
from models.members.warnings import count_warnings, list_warnings
from services.exports.lines import Row
from services.users.names import UNRESOLVED, shown_users

PAGE = 1_000
# Entries of earlier releases hold whole texts.
ENTRIES = 25


def count_members(connection: Connection, wish: ExportWish) -> int:
    return count_warnings(connection, wish.guild_id, wish.filters.get("search"), _level(wish))


def warnings(connection: Connection, wish: ExportWish) -> Generator[Row]:
    """The highest level first, then by id, as the page has them."""
    search, level, after = wish.filters.get("search"), _level(wish), None
    guild_id = wish.guild_id
    while items := list_warnings(
        connection, guild_id, limit=PAGE, search=search, level=level, after=after
    ):
        users = shown_users(connection, [item.user_id for item in items], guild_id, asks=False)
        for id, of_level, kicked_before, last_ms in items:
            yield str(id), users[id].username, of_level, bool(kicked_before), last_ms
        after = items[-1].level, items[-1].user_id


def _level(wish: ExportWish) -> int | None:
    return int(wish.filters["level"]) if "level" in wish.filters else None


def count_audit_log(connection: Connection, wish: ExportWish) -> int:
    return count_entries(connection, wish.guild_id, _filter(wish))


def audit_log(connection: Connection, wish: ExportWish) -> Generator[Row]:
    wanted, after = _filter(wish), None
    guild_id = wish.guild_id
    while entries := audit_entries(connection, guild_id, ENTRIES, wanted=wanted, after=after):
        ids = {entry.user_id for entry in entries if entry.user_id}
        users = shown_users(connection, ids, guild_id, asks=False)
        for entry in entries:
            name = users.get(entry.user_id, UNRESOLVED).username
            who = (text_or_none(entry.user_id), name)
            yield (str(entry.id), entry.timestamp_ms, *who, entry.action, entry.details)
        after = entries[-1].timestamp_ms, entries[-1].id


def _filter(wish: ExportWish) -> AuditFilter:
    since_ms, until_ms = wish.from_ms, wish.to_ms
    if wish.span is not None:
        window = window_of(wish.span, wish.as_of_ms)
        since_ms, until_ms = window.start_ms, window.end_ms
    user_id = wish.filters.get("user_id")
    return AuditFilter(
        action=wish.filters.get("action"),
        user_id=None if user_id is None else int(user_id),
        since_ms=since_ms,
        until_ms=until_ms,
    )
