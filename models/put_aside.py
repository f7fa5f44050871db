"""What failed, and when it is tried again: guilds that keep nothing from others, and steps of the
background that keep nothing from those after them (of no guild)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.retries import LONGEST_RETRY_MS, retry_after_ms
from models.base import CLUSTERED, Base, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert

NO_GUILD = 0


class PutAside(Base):
    __tablename__ = "put_aside"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    what: Mapped[Words] = mapped_column(primary_key=True)  # domain.put_aside.Work, or a step
    failures: Mapped[int] = mapped_column(Integer)  # in a row
    retry_at_ms: Mapped[TimestampMs]


@dataclass(frozen=True, slots=True)
class Aside:
    """How often it failed in a row, and when it is tried again."""

    failures: int
    retry_at_ms: int


_SAVE = BulkInsert(
    PutAside,
    ("guild_id", "what", "failures", "retry_at_ms"),
    "(guild_id, what) DO UPDATE SET failures = excluded.failures,"
    " retry_at_ms = excluded.retry_at_ms",
)


def put_aside(connection: Connection, guild_id: int, what: str, now_ms: int) -> Aside:
    """It failed once more, and is tried again later each time."""
    mine = (PutAside.guild_id == guild_id) & (PutAside.what == what)
    failures = (connection.scalar(select(PutAside.failures).where(mine)) or 0) + 1
    aside = Aside(failures, now_ms + retry_after_ms(failures))
    _SAVE.run(connection, [(guild_id, what, aside.failures, aside.retry_at_ms)])
    return aside


def failing(connection: Connection, what: str, now_ms: int) -> dict[int, bool]:
    """The guilds for which it failed when that was last tried, and whether each still waits.

    A time far ahead is of a clock that was set back since.
    """
    waits = PutAside.retry_at_ms.between(now_ms + 1, now_ms + LONGEST_RETRY_MS)
    query = select(PutAside.guild_id, waits).where(PutAside.what == what)
    return {guild_id: bool(still) for guild_id, still in connection.execute(query)}


def tried_before(connection: Connection, what: str, now_ms: int, before_ms: int) -> list[int]:
    """The guilds whose time to try again was before then, or is of a clock that was set back."""
    later = PutAside.retry_at_ms.between(before_ms, now_ms + LONGEST_RETRY_MS)
    query = select(PutAside.guild_id).where(PutAside.what == what, ~later)
    return list(connection.scalars(query))


def take_back(connection: Connection, what: str, guild_ids: Collection[int]) -> None:
    """It failed for these no more."""
    mine = (PutAside.what == what) & PutAside.guild_id.in_(list(guild_ids))
    connection.execute(delete(PutAside).where(mine))


def failing_steps(connection: Connection) -> list[str]:
    """Names of what is done for no guild and failed when it was last tried."""
    query = select(PutAside.what).where(PutAside.guild_id == NO_GUILD)
    return list(connection.scalars(query.order_by(PutAside.what)))


def count_guilds_failing(connection: Connection) -> dict[str, int]:
    """How many guilds, by what failed for them."""
    query = select(PutAside.what, func.count()).where(PutAside.guild_id != NO_GUILD)
    rows = connection.execute(query.group_by(PutAside.what))
    return {row.what: row[1] for row in rows}
