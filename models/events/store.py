"""Writing what events say: the ledger of ids, raw rows, live events waiting to be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from domain.rollup_deltas import MessagesRow, ViolationCountRow, ViolationRow
from models.events.tables import (
    IngestedEvent,
    MessageCount,
    Violation,
    ViolationCount,
)
from models.sql.bulk import BulkInsert

_LEDGER = BulkInsert(
    IngestedEvent,
    ("guild_id", "event_id", "forget_after_ms"),
    "DO NOTHING",
    returning=("guild_id", "event_id"),
)
_VIOLATIONS = BulkInsert(Violation, ViolationRow._fields)
_MESSAGES = BulkInsert(MessageCount, MessagesRow._fields)
_VIOLATION_COUNTS = BulkInsert(ViolationCount, ViolationCountRow._fields)


def claim_event_ids(
    connection: Connection, keys: Mapping[tuple[int, UUID], int | None]
) -> set[tuple[int, UUID]]:
    """Enter (guild, event id) pairs into the ledger; those that were not in it yet.

    By each the time (milliseconds) after which it may be forgotten; None: never.
    """
    # By the number of an id: two ids are compared slowly.
    wanted = sorted(keys, key=lambda key: (key[0], key[1].int))
    new = _LEDGER.run(connection, [(*key, keys[key]) for key in wanted])
    if len(new) == len(wanted):
        return set(wanted)
    return {(guild_id, id if isinstance(id, UUID) else UUID(id)) for guild_id, id in new}


def add_violations(connection: Connection, rows: Sequence[ViolationRow]) -> None:
    _VIOLATIONS.run(connection, rows)


def add_message_counts(connection: Connection, rows: Sequence[MessagesRow]) -> None:
    _MESSAGES.run(connection, rows)


def add_violation_counts(connection: Connection, rows: Sequence[ViolationCountRow]) -> None:
    _VIOLATION_COUNTS.run(connection, rows)
