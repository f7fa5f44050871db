"""What alerts ask of violations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from models.events.tables import Violation

MOST_HITS = 10_000


def times_from(connection: Connection, guild_id: int, from_ms: int, until_ms: int) -> list[int]:
    """Times of a guild's violations within [from, until], in order; the latest `MOST_HITS`."""
    time = Violation.timestamp_ms
    query = select(time).where(Violation.guild_id == guild_id, time >= from_ms, time <= until_ms)
    return list(connection.scalars(query.order_by(time.desc()).limit(MOST_HITS)))[::-1]


def counts_between(
    connection: Connection, guild_id: int, after_ms: int, until_ms: int
) -> Iterable[Any]:
    """(severity, violations, first time, last time) of those within (after, until]."""
    time = Violation.timestamp_ms
    query = select(Violation.severity, func.count(), func.min(time), func.max(time))
    query = query.where(Violation.guild_id == guild_id, time > after_ms, time <= until_ms)
    return connection.execute(query.group_by(Violation.severity)).all()
