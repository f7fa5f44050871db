"""The latest heartbeat of each shard of the bot, per guild."""

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.clock import AHEAD_MS, APART_MS
from models.base import Base, Bucket, EventId, Snowflake, TimestampMs


class Heartbeat(Base):
    __tablename__ = "heartbeats"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    shard_id: Mapped[Bucket] = mapped_column(primary_key=True)
    timestamp_ms: Mapped[TimestampMs]
    event_id: Mapped[EventId]
    latency_ms: Mapped[Snowflake | None]
    rate_limit: Mapped[Snowflake | None]
    rate_limit_remaining: Mapped[Snowflake | None]
    rate_limit_reset_after_ms: Mapped[Snowflake | None]
    previous_ms: Mapped[TimestampMs | None]  # the time of the one before


def heartbeats_ahead(connection: Connection, now_ms: int, most: int) -> list[tuple[int, int]]:
    """(guild_id, shard_id) of those that would count as the latest for long: of a clock that was
    set back since, as no event is taken from so far ahead.
    """
    query = select(Heartbeat.guild_id, Heartbeat.shard_id).where(_is_ahead(now_ms)).limit(most)
    return [(guild_id, shard_id) for guild_id, shard_id in connection.execute(query)]


def forget_heartbeat(connection: Connection, key: tuple[int, int], now_ms: int) -> bool:
    """Forget such a one: the next, and there is one every few seconds, is the latest then."""
    of = Heartbeat
    gone = delete(of).where(of.guild_id == key[0], of.shard_id == key[1], _is_ahead(now_ms))
    return connection.execute(gone).rowcount == 1


def _is_ahead(now_ms: int) -> ColumnElement[bool]:
    return Heartbeat.timestamp_ms > now_ms + AHEAD_MS + APART_MS


def heartbeat_interval_ms(connection: Connection, guild_id: int) -> int | None:
    """How often heartbeats come, by the last two of a shard; None where no shard sent two."""
    between = Heartbeat.timestamp_ms - Heartbeat.previous_ms
    return connection.scalar(select(func.min(between)).where(Heartbeat.guild_id == guild_id))
