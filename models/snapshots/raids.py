"""Major events as stored: ten or more violations within five minutes (domain/raids.py)."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.raids import Hit, Raid
from models.base import Base, Snowflake, TimestampMs, Words
from models.events.tables import Violation
from models.rollups.counts import HourRollup
from models.snapshots.dirty import DirtyGuild
from models.sql.bulk import BulkInsert


class StoredRaid(Base):
    __tablename__ = "raids"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    started_at_ms: Mapped[TimestampMs] = mapped_column(primary_key=True)
    ended_at_ms: Mapped[TimestampMs]
    violation_count: Mapped[Snowflake]
    user_ids: Mapped[Words]  # JSON array of ids


_COLUMNS = ("guild_id", "started_at_ms", "ended_at_ms", "violation_count", "user_ids")
_INSERT = BulkInsert(StoredRaid, _COLUMNS)


def raids_since(
    connection: Connection, guild_ids: Sequence[int], since_ms: int
) -> Iterator[tuple[int, Raid]]:
    """(guild, raid) of those that started at or after `since_ms`, oldest first."""
    query = (
        select(StoredRaid)
        .where(StoredRaid.guild_id.in_(guild_ids), StoredRaid.started_at_ms >= since_ms)
        .order_by(StoredRaid.guild_id, StoredRaid.started_at_ms)
    )
    columns = [getattr(StoredRaid, name) for name in _COLUMNS]
    for guild_id, started, ended, count, users in connection.execute(
        query.with_only_columns(*columns)
    ):
        yield guild_id, Raid(started, ended, count, tuple(json.loads(users)))


def replace_raids(
    connection: Connection, guild_id: int, from_ms: int, until_ms: int, raids: Iterable[Raid]
) -> None:
    """Put `raids` in place of those stored that start in [from, until]."""
    connection.execute(
        delete(StoredRaid).where(
            StoredRaid.guild_id == guild_id,
            StoredRaid.started_at_ms >= from_ms,
            StoredRaid.started_at_ms <= until_ms,
        )
    )
    rows = [
        (
            guild_id,
            raid.started_at_ms,
            raid.ended_at_ms,
            raid.violation_count,
            json.dumps(raid.user_ids),
        )
        for raid in raids
    ]
    _INSERT.run(connection, rows)


def drop_raids(connection: Connection, guild_id: int, from_ms: int) -> None:
    """Those that started then or later."""
    mine = StoredRaid.guild_id == guild_id
    connection.execute(delete(StoredRaid).where(mine, StoredRaid.started_at_ms >= from_ms))


def changed_ranges(connection: Connection, claim: UUID) -> list[tuple[int, int, int]]:
    """(guild, first, last) time of the violations that came in, for the guilds of a claim."""
    query = select(DirtyGuild.guild_id, DirtyGuild.claimed_from_ms, DirtyGuild.claimed_to_ms).where(
        DirtyGuild.claim == claim, DirtyGuild.claimed_from_ms.is_not(None)
    )
    rows = connection.execute(query)
    return [(guild_id, first or 0, last or 0) for guild_id, first, last in rows]


def violations_by_hour(connection: Connection, guilds: Sequence[int], hours: range) -> list[Any]:
    """(guild, epoch hour, violations), in that order, of the hours that saw any."""
    hour = HourRollup.epoch_hour
    query = (
        select(HourRollup.guild_id, hour, HourRollup.violations)
        .where(HourRollup.guild_id.in_(guilds), HourRollup.violations > 0)
        .where(hour >= hours.start, hour < hours.stop)
        .order_by(HourRollup.guild_id, hour)
    )
    return list(connection.execute(query))


def hits_from(connection: Connection, guild_id: int, from_ms: int) -> Iterator[Hit]:
    """The guild's violations at or after `from_ms`, in the order of the walk."""
    query = (
        select(Violation.timestamp_ms, Violation.id, Violation.user_id)
        .where(Violation.guild_id == guild_id, Violation.timestamp_ms >= from_ms)
        .order_by(Violation.timestamp_ms, Violation.id)
    )
    rows = connection.execute(query, execution_options={"yield_per": 1000})
    for timestamp_ms, violation_id, user_id in rows:
        yield Hit(timestamp_ms, str(violation_id), user_id)
