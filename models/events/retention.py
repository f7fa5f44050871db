"""Letting raw rows go that are older than a guild keeps them, and ids that cannot come again.

What was counted of them stays in the rollups. What says how many violations can be listed (a
member's by severity, a wording's) goes down with each row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, tuple_, update

from domain.severity import SEVERITIES
from models.events.tables import IngestedEvent, MessageCount, Violation, ViolationCount
from models.guilds.guild import Guild
from models.rollups.offenders import OffenderTotal
from models.rollups.store import add_texts
from models.rollups.texts import drop_unsaid_texts

_RAW = (Violation, MessageCount, ViolationCount)


def kept_from(connection: Connection, guild_ids: Sequence[int]) -> dict[int, int]:
    """From when on (milliseconds, a UTC midnight) the raw rows of each guild are kept; 0: all."""
    query = select(Guild.guild_id, Guild.kept_from_ms).where(Guild.guild_id.in_(guild_ids))
    return {row.guild_id: row.kept_from_ms for row in connection.execute(query)}


def keep_from(connection: Connection, guild_id: int, kept_from_ms: int) -> None:
    """The guild's row must be locked."""
    change = update(Guild).where(Guild.guild_id == guild_id)
    connection.execute(change.values(kept_from_ms=kept_from_ms))


def oldest_raw_ms(connection: Connection, guild_id: int) -> int | None:
    """The time of the guild's oldest raw row."""
    oldest = (
        connection.scalar(select(func.min(raw.timestamp_ms)).where(raw.guild_id == guild_id))
        for raw in _RAW
    )
    return min((time for time in oldest if time is not None), default=None)


def forget_violations(connection: Connection, guild_id: int, before_ms: int, limit: int) -> int:
    """Delete the oldest violations before a time, `limit` at most; how many.

    The guild's row must be locked.
    """
    columns = (Violation.id, Violation.user_id, Violation.severity)
    query = (
        select(*columns, Violation.text_hash, Violation.rule, Violation.reason)
        .where(Violation.guild_id == guild_id, Violation.timestamp_ms < before_ms)
        .order_by(Violation.timestamp_ms)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    if rows:
        ids = [row.id for row in rows]
        mine = Violation.guild_id == guild_id
        connection.execute(delete(Violation).where(mine, Violation.id.in_(ids)))
        _count_texts_down(connection, guild_id, rows)
        _count_members_down(connection, guild_id, rows)
    return len(rows)


def forget_counts(connection: Connection, guild_id: int, before_ms: int, limit: int) -> int:
    """The same for counts of messages, and of violations known by number only."""
    done = 0
    for raw in (MessageCount, ViolationCount):
        mine = raw.guild_id == guild_id
        old = select(raw.id).where(mine, raw.timestamp_ms < before_ms).limit(limit)
        done += connection.execute(delete(raw).where(mine, raw.id.in_(old))).rowcount
    return done


def forget_ids(connection: Connection, now_ms: int, limit: int) -> int:
    """Delete ids of events that would be refused as too old, `limit` at most; how many.

    Old is what is so by the clock and by the newest event of all: a clock that is ahead by itself
    has nothing forgotten.
    """
    newest_ms = connection.scalar(select(func.max(Guild.last_event_ms))) or 0
    key = tuple_(IngestedEvent.guild_id, IngestedEvent.event_id)
    old = select(IngestedEvent.guild_id, IngestedEvent.event_id)
    old = old.where(IngestedEvent.forget_after_ms < min(now_ms, newest_ms)).limit(limit)
    return connection.execute(delete(IngestedEvent).where(key.in_(old))).rowcount


def _count_texts_down(
    connection: Connection, guild_id: int, rows: Sequence[Row[*tuple[Any, ...]]]
) -> None:
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    said: dict[tuple[int, int], tuple[str | None, str]] = {}
    for row in rows:
        key = guild_id, row.text_hash
        counts[key][SEVERITIES.index(row.severity)] -= 1
        said[key] = row.rule, row.reason
    add_texts(connection, counts, said)
    drop_unsaid_texts(connection, guild_id, [hash for _, hash in said])


def _count_members_down(
    connection: Connection, guild_id: int, rows: Sequence[Row[*tuple[Any, ...]]]
) -> None:
    gone: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SEVERITIES, 0))
    for row in rows:
        gone[row.user_id][row.severity] += 1
    change = update(OffenderTotal).where(
        OffenderTotal.guild_id == guild_id, OffenderTotal.user_id == bindparam("member")
    )
    less = {name: getattr(OffenderTotal, name) - bindparam(f"{name}_gone") for name in SEVERITIES}
    connection.execute(
        change.values(less),
        [
            {"member": user_id} | {f"{name}_gone": count for name, count in counts.items()}
            for user_id, counts in sorted(gone.items())
        ],
    )
