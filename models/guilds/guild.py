"""A guild (a Discord server), and the offset of its stream of live events."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, case, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from domain.clock import APART_MS
from domain.guild_state import GuildState
from models.base import Base, Count, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert
from models.sql.distributed import lockable


class Guild(Base):
    __tablename__ = "guilds"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Null until the bot has sent something.
    first_event_ms: Mapped[TimestampMs | None]
    last_event_ms: Mapped[TimestampMs | None]
    # By our clock, when the bot last sent something that happens now: no import, no history.
    last_received_ms: Mapped[TimestampMs | None]
    # Counted up under the row's lock, so that offsets follow the order of commits.
    event_offset: Mapped[Count]
    name: Mapped[Words | None]
    icon: Mapped[Words | None]
    owner_id: Mapped[Snowflake | None]
    member_count: Mapped[Snowflake | None]
    # When each of the four was said: a late `guild` event changes only what no later one said.
    name_timestamp_ms: Mapped[Count]
    icon_timestamp_ms: Mapped[Count]
    owner_id_timestamp_ms: Mapped[Count]
    member_count_timestamp_ms: Mapped[Count]
    # What was stored for it on the day that was counted last (services/guilds/usage.py).
    usage_day: Mapped[Count]
    usage_events: Mapped[Count]
    usage_bytes: Mapped[Count]
    # Raw rows from then on are kept (a UTC midnight); older ones are gone or about to go.
    kept_from_ms: Mapped[Count]
    is_demo: Mapped[bool] = mapped_column(default=False, server_default="0")


_STATE = GuildState.columns()
_NEW = BulkInsert(Guild, ("guild_id",), "DO NOTHING")
_SAVE = BulkInsert(
    Guild,
    _STATE,
    "(guild_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _STATE[1:]),
)


def lock_guilds(
    connection: Connection, guild_ids: Iterable[int], *, skip_locked: bool = False
) -> dict[int, GuildState]:
    """Lock the guilds' rows in id order, making those that are new; their states by id.

    From here until commit each of these guilds has one writer: nothing after it can deadlock, and
    the offsets of live events follow the order of commits. With `skip_locked` the guilds that have
    another writer now are left out instead of waited for.
    """
    wanted = sorted(set(guild_ids))
    _NEW.run(connection, [(guild_id,) for guild_id in wanted])
    columns = [cast(Table, Guild.__table__).c[name] for name in _STATE]
    query = select(*columns).order_by(Guild.guild_id).with_for_update(skip_locked=skip_locked)
    states: dict[int, GuildState] = {}
    for some in lockable(connection, wanted):
        rows = connection.execute(query.where(Guild.guild_id.in_(some)))
        states |= {row.guild_id: GuildState(*row) for row in rows}
    return states


def save_guilds(connection: Connection, states: Collection[GuildState]) -> None:
    """Write back states that `lock_guilds` gave."""
    _SAVE.run(connection, sorted(state.values() for state in states))


def known_guilds(connection: Connection, guild_ids: Sequence[int]) -> set[int]:
    query = select(Guild.guild_id).where(Guild.guild_id.in_(guild_ids))
    return set(connection.scalars(query))


def add_guilds(connection: Connection, guild_ids: Iterable[int]) -> None:
    """Make the rows of those that are new: from here on they are hosted."""
    _NEW.run(connection, [(guild_id,) for guild_id in sorted(set(guild_ids))])


def usage_of(connection: Connection, guild_id: int) -> tuple[int, int, int]:
    """(epoch day, events, bytes) as counted last; zeros for a guild that sent nothing."""
    columns = (Guild.usage_day, Guild.usage_events, Guild.usage_bytes)
    row = connection.execute(select(*columns).where(Guild.guild_id == guild_id)).one_or_none()
    return (0, 0, 0) if row is None else (row[0], row[1], row[2])


def most_used(connection: Connection, epoch_day: int, limit: int) -> list[Row[Any]]:
    """(guild_id, name, events, bytes) of that day, most events first, then those without any."""
    today = case((Guild.usage_day == epoch_day, Guild.usage_events), else_=0).label("events")
    size = case((Guild.usage_day == epoch_day, Guild.usage_bytes), else_=0).label("bytes")
    query = select(Guild.guild_id, Guild.name, today, size)
    return list(connection.execute(query.order_by(today.desc(), Guild.guild_id).limit(limit)))


def used_by_all(connection: Connection, epoch_day: int) -> Any:
    """(events, bytes, most_events, most_bytes) of that day: of all guilds, and the most of one."""
    events, size = Guild.usage_events, Guild.usage_bytes
    totals = (func.sum(events), func.sum(size), func.max(events), func.max(size))
    named = zip(totals, ("events", "bytes", "most_events", "most_bytes"), strict=True)
    columns = [func.coalesce(total, 0).label(name) for total, name in named]
    return connection.execute(select(*columns).where(Guild.usage_day == epoch_day)).one()


def guilds_active_since(connection: Connection, since_ms: int) -> list[int]:
    """Those with an event of that time or later, in id order."""
    query = select(Guild.guild_id).where(Guild.last_event_ms >= since_ms)
    return list(connection.scalars(query.order_by(Guild.guild_id)))


def event_offsets(connection: Connection, guild_ids: Collection[int]) -> dict[int, int]:
    """The offset of each guild's last live event."""
    query = select(Guild.guild_id, Guild.event_offset).where(Guild.guild_id.in_(guild_ids))
    return {row.guild_id: row.event_offset for row in connection.execute(query)}


def last_event_ms(connection: Connection, guild_id: int) -> int | None:
    """The time of the guild's newest event."""
    return connection.scalar(select(Guild.last_event_ms).where(Guild.guild_id == guild_id))


def last_received_ms(connection: Connection, guild_id: int) -> int | None:
    """When its bot last sent something, by our clock."""
    return connection.scalar(select(Guild.last_received_ms).where(Guild.guild_id == guild_id))


def count_heard(connection: Connection, since_ms: int) -> int:
    """Guilds whose bot sent something since then, by our clock."""
    query = select(func.count()).where(Guild.last_received_ms >= since_ms)
    return connection.scalar(query) or 0


def heard_ahead(connection: Connection, now_ms: int, most: int) -> list[int]:
    """Guilds last heard in the future: by a clock that was set back since."""
    query = select(Guild.guild_id).where(Guild.last_received_ms > now_ms + APART_MS)
    return list(connection.scalars(query.limit(most)))


def hear_now(connection: Connection, guild_id: int, now_ms: int) -> bool:
    """Count its bot's silence from now, where it was heard in the future."""
    change = update(Guild).where(
        Guild.guild_id == guild_id, Guild.last_received_ms > now_ms + APART_MS
    )
    return connection.execute(change.values(last_received_ms=now_ms)).rowcount == 1


def demo_guilds(connection: Connection) -> list[int]:
    return list(connection.scalars(select(Guild.guild_id).where(Guild.is_demo.is_(True))))


def named_guilds(connection: Connection, guild_ids: Sequence[int]) -> list[Row[Any]]:
    """(guild_id, name, icon, last_event_ms) of those anything is stored of."""
    columns = (Guild.guild_id, Guild.name, Guild.icon, Guild.last_event_ms)
    query = select(*columns).where(Guild.guild_id.in_(guild_ids))
    return list(connection.execute(query))


def all_guilds(connection: Connection, among: Sequence[int] | None = None) -> list[int]:
    """Ids of the guilds that were heard from, or those of them in `among`."""
    query = select(Guild.guild_id).order_by(Guild.guild_id)
    if among is not None:
        query = query.where(Guild.guild_id.in_(among))
    return list(connection.scalars(query))
