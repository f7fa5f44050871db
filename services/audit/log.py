"""The audit log of a guild, as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from adapters.database import Database
from domain.audit_subjects import subjects_of
from domain.clock import rfc3339
from domain.cursor import read_place, write_cursor
from domain.snowflake import text_or_none
from models.audit_log import audit_entries
from services.audit.details import details_of
from services.audit.subjects import ShownSubject, shown_subjects
from services.users.names import UNRESOLVED, ShownUser, shown_users

READ_AT_ONCE = 25
# A page is no longer than a megabyte, also where a character takes three bytes.
PAGE_CHARACTERS = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """`details`: JSON of ours, or the words of an earlier bot; `about`: whom these name."""

    id: str
    user_id: str | None
    username: str | None
    avatar: str | None
    action: str
    details: Any
    about: Sequence[ShownSubject]
    timestamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    entries: list[ShownEntry]
    next_cursor: str | None


def audit_page(
    database: Database, guild_id: int, *, limit: int, cursor: str | None = None, offset: int = 0
) -> AuditPage:
    """One page, newest first. ValueError for a cursor that is none."""
    after = read_place(cursor) if cursor else None
    with database.read() as connection:
        shown, is_more = _some(connection, guild_id, limit, after, offset)
        users = shown_users(connection, {row.user_id for row in shown if row.user_id}, guild_id)
        subjects = [subjects_of(row.action, details_of(row.details)) for row in shown]
        about = shown_subjects(connection, guild_id, subjects)
    more = shown[-1] if is_more else None
    return AuditPage(
        entries=[_entry(row, users, each) for row, each in zip(shown, about, strict=True)],
        next_cursor=write_cursor(more.timestamp_ms, more.id.hex) if more else None,
    )


def _entry(row: Any, users: Mapping[int, ShownUser], about: Sequence[ShownSubject]) -> ShownEntry:
    user = users.get(row.user_id, UNRESOLVED)
    return ShownEntry(
        id=str(row.id),
        user_id=text_or_none(row.user_id),
        username=user.username,
        avatar=user.avatar,
        action=row.action,
        details=details_of(row.details),
        about=about,
        timestamp=rfc3339(row.timestamp_ms),
    )


def _some(
    connection: Connection, guild_id: int, limit: int, after: tuple[int, UUID] | None, offset: int
) -> tuple[list[Any], bool]:
    """Up to `limit` entries, fewer where they are long; whether there are more.

    Entries of earlier releases hold whole texts, of which two hundred are 32 MB.
    """
    shown: list[Any] = []
    characters = 0
    while True:
        rows = audit_entries(connection, guild_id, READ_AT_ONCE, after=after, offset=offset)
        for row in rows:
            characters += len(row.details)
            if len(shown) == limit or (shown and characters > PAGE_CHARACTERS):
                return shown, True
            shown.append(row)
        if len(rows) < READ_AT_ONCE:
            return shown, False
        after, offset = (rows[-1].timestamp_ms, rows[-1].id), 0
