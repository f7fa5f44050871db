"""Live events that are committed but not yet published; a row goes when its events are out."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Index, Row, Select, delete, func, select, text, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column

from domain.retries import LONGEST_RETRY_MS, retry_after_ms
from models.base import Base, Bucket, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert
from models.sql.claims import is_free
from models.sql.key_list import listed, of_each


class OutboxEntry(Base):
    __tablename__ = "outbox"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Place of the first of `events` in the guild's stream (guilds.event_offset): the order of
    # commits is the order of events.
    event_offset: Mapped[Snowflake] = mapped_column(primary_key=True)
    events: Mapped[Words]  # JSON array of {"type", "timestamp", "data"}
    created_ms: Mapped[TimestampMs]
    # How often publishing it failed in a row, and until when its guild is put aside for that.
    attempts: Mapped[Bucket] = mapped_column(default=0, server_default="0")
    retry_at_ms: Mapped[TimestampMs] = mapped_column(default=0, server_default="0")
    __table_args__ = (
        Index(None, "created_ms"),
        Index(
            "idx_outbox_aside",
            "guild_id",
            postgresql_where=text("attempts > 0"),
            sqlite_where=text("attempts > 0"),
        ),
    )


def waiting_entries(
    connection: Connection, now_ms: int, most: int, enough_characters: int
) -> tuple[list[Row[Any]], bool]:
    """(guild_id, event_offset, events) of entries waiting, by guild and offset, of each guild its
    first; and whether those are all.

    Guilds have their turns, those first that wait longest. At most `most` entries, and no more
    once they have `enough_characters`: one may hold thousands of events, and after a long outage of
    Redis there are many such.
    """
    guilds, waiting = _longest_waiting(connection, now_ms, most)
    chosen = _in_turns(connection, guilds, most, enough_characters)
    if not chosen:
        return [], True
    place = tuple_(OutboxEntry.guild_id, OutboxEntry.event_offset)
    query = select(OutboxEntry.guild_id, OutboxEntry.event_offset, OutboxEntry.events)
    query = query.where(place.in_(listed(connection, chosen)))
    query = query.order_by(OutboxEntry.guild_id, OutboxEntry.event_offset)
    return list(connection.execute(query)), len(chosen) == waiting < most


def _longest_waiting(connection: Connection, now_ms: int, most: int) -> tuple[list[int], int]:
    """The guilds of the `most` oldest entries, oldest first; and how many entries that were."""
    failed = OutboxEntry.attempts > 0
    due = is_free(OutboxEntry.retry_at_ms, now_ms, now_ms + LONGEST_RETRY_MS)
    aside = select(OutboxEntry.guild_id).where(failed, ~due)
    query = select(OutboxEntry.guild_id).where(OutboxEntry.guild_id.not_in(aside))
    order = (OutboxEntry.created_ms, OutboxEntry.guild_id, OutboxEntry.event_offset)
    found = list(connection.scalars(query.order_by(*order).limit(most)))
    return list(dict.fromkeys(found)), len(found)


def _in_turns(
    connection: Connection, guilds: Sequence[int], most: int, enough_characters: int
) -> list[tuple[int, int]]:
    """Keys of what goes now: the first entry of each guild, then their second ones, and so on."""
    columns = (OutboxEntry.guild_id, OutboxEntry.event_offset, func.length(OutboxEntry.events))
    share = most // max(len(guilds), 1)

    def first(guild: Any) -> Select[Any]:
        query = select(*columns).where(OutboxEntry.guild_id == guild)
        return query.order_by(OutboxEntry.event_offset).limit(share)

    turns: dict[int, list[tuple[int, int, int]]] = {guild_id: [] for guild_id in guilds}
    for guild_id, offset, length in of_each(connection, guilds, first):
        turns[guild_id].append((guild_id, offset, length))
    chosen: list[tuple[int, int]] = []
    characters = 0
    for turn in zip_longest(*turns.values()):
        for guild_id, offset, length in filter(None, turn):
            if characters >= enough_characters:
                return chosen
            chosen.append((guild_id, offset))
            characters += length
    return chosen


def put_outbox_aside(connection: Connection, guild_id: int, now_ms: int) -> None:
    """The guild's events cannot be published: leave it out until a time that its first row says."""
    mine = OutboxEntry.guild_id == guild_id
    query = select(OutboxEntry.event_offset, OutboxEntry.attempts).where(mine)
    first = connection.execute(query.order_by(OutboxEntry.event_offset).limit(1)).one_or_none()
    if first is not None:
        offset, attempts = first
        change = update(OutboxEntry).where(mine, OutboxEntry.event_offset == offset)
        retry_at_ms = now_ms + retry_after_ms(attempts + 1)
        connection.execute(change.values(attempts=attempts + 1, retry_at_ms=retry_at_ms))


def forget_told(connection: Connection, guild_id: int, event_offset: int, now_ms: int) -> None:
    """Have the guild's events up to `event_offset` forgotten by its stream, before later ones go
    out: an entry without events, below all others. The guild's row must be locked."""
    row = (guild_id, -1 - event_offset, "[]", now_ms)
    _FORGET.run(connection, [row])


def delete_entries(connection: Connection, keys: Sequence[tuple[int, int]]) -> None:
    """Of at least one key."""
    place = tuple_(OutboxEntry.guild_id, OutboxEntry.event_offset)
    connection.execute(delete(OutboxEntry).where(place.in_(listed(connection, keys))))


def count_guilds_aside(connection: Connection) -> int:
    """Guilds whose events could not be published when that was last tried."""
    failed = select(OutboxEntry.guild_id).where(OutboxEntry.attempts > 0).distinct()
    return connection.scalar(select(func.count()).select_from(failed.subquery())) or 0


def count_waiting(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(OutboxEntry)) or 0


def oldest_waiting_ms(connection: Connection) -> int | None:
    """When the event that has waited longest was committed."""
    return connection.scalar(select(func.min(OutboxEntry.created_ms)))


def add_to_outbox(connection: Connection, rows: Sequence[tuple[int, int, str, int]]) -> None:
    """Rows of (guild, offset of the first event, JSON array of events, created_ms)."""
    _OUTBOX.run(connection, rows)


_COLUMNS = ("guild_id", "event_offset", "events", "created_ms")
_OUTBOX = BulkInsert(OutboxEntry, _COLUMNS)
_FORGET = BulkInsert(OutboxEntry, _COLUMNS, "DO NOTHING")
