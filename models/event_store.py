"""Writing what events say: the ledger of ids, raw rows, live events waiting to be published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Connection

from domain.rollup_deltas import MessagesRow, ViolationCountRow, ViolationRow
from models.bulk import BulkInsert
from models.outbox import OutboxEntry
from models.user_cache import CachedUser
from models.violation import IngestedEvent, MessageCount, Violation, ViolationCount

_LEDGER = BulkInsert(
    IngestedEvent, ("guild_id", "event_id"), "DO NOTHING", returning=("guild_id", "event_id")
)
_VIOLATIONS = BulkInsert(Violation, ViolationRow._fields)
_MESSAGES = BulkInsert(MessageCount, MessagesRow._fields)
_VIOLATION_COUNTS = BulkInsert(ViolationCount, ViolationCountRow._fields)
_OUTBOX = BulkInsert(OutboxEntry, ("guild_id", "event_offset", "events", "created_ms"))
_USER_FIELDS = ("username", "discriminator", "avatar", "cached_ms")


def _said(row: str) -> str:
    """What `_said_last` compares, in SQL; BINARY because Python orders text so, too."""
    texts = (f"COALESCE({row}.{name}, '') COLLATE BINARY" for name in _USER_FIELDS[:3])
    return f"({row}.cached_ms, {', '.join(texts)})"


_USERS = BulkInsert(
    CachedUser,
    ("user_id", *_USER_FIELDS),
    "(user_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _USER_FIELDS)
    + f" WHERE {_said('excluded')} > {_said('user_cache')}",
    returning=("user_id",),
)

# user_id, username, discriminator, avatar, cached_ms
UserRow = tuple[int, str | None, str | None, str | None, int]


def claim_event_ids(
    connection: Connection, keys: Iterable[tuple[int, UUID]]
) -> set[tuple[int, UUID]]:
    """Enter (guild, event id) pairs into the ledger; those that were not in it yet."""
    # By the number of an id: two ids are compared slowly.
    wanted = sorted(keys, key=lambda key: (key[0], key[1].int))
    new = _LEDGER.run(connection, wanted)
    if len(new) == len(wanted):
        return set(wanted)
    return {(guild_id, id if isinstance(id, UUID) else UUID(id)) for guild_id, id in new}


def add_violations(connection: Connection, rows: Sequence[ViolationRow]) -> None:
    _VIOLATIONS.run(connection, rows)


def add_message_counts(connection: Connection, rows: Sequence[MessagesRow]) -> None:
    _MESSAGES.run(connection, rows)


def add_violation_counts(connection: Connection, rows: Sequence[ViolationCountRow]) -> None:
    _VIOLATION_COUNTS.run(connection, rows)


def add_to_outbox(connection: Connection, rows: Sequence[tuple[int, int, str, int]]) -> None:
    """Rows of (guild, offset of the first event, JSON array of events, created_ms)."""
    _OUTBOX.run(connection, rows)


def learn_users(connection: Connection, rows: Iterable[UserRow]) -> int:
    """Cache users; what a later row said stays, and of two at the same time the greater one.

    How many changed. Written in id order, so nothing deadlocks.
    """
    latest = {row[0]: row for row in sorted(rows, key=_said_last)}
    return len(_USERS.run(connection, [latest[user_id] for user_id in sorted(latest)]))


def _said_last(row: UserRow) -> tuple[int, str, str, str]:
    _, username, discriminator, avatar, cached_ms = row
    return cached_ms, username or "", discriminator or "", avatar or ""
