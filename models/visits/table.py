"""When people last looked at a server, and since when they do not know what happened."""

from sqlalchemy import Connection, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.visits import Visit
from models.base import CLUSTERED, Base, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert


class StoredVisit(Base):
    """`reader` is a person or a token, as in `notification_reads`."""

    __tablename__ = "visits"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    reader: Mapped[Words] = mapped_column(primary_key=True)
    seen_ms: Mapped[TimestampMs]
    since_ms: Mapped[TimestampMs | None]


_SAVE = BulkInsert(
    StoredVisit,
    ("guild_id", "reader", "seen_ms", "since_ms"),
    "(guild_id, reader) DO UPDATE SET seen_ms = excluded.seen_ms, since_ms = excluded.since_ms",
)


def visit_of(connection: Connection, guild_id: int, reader: str) -> Visit | None:
    table = StoredVisit
    query = select(table.seen_ms, table.since_ms)
    row = connection.execute(
        query.where(table.guild_id == guild_id, table.reader == reader)
    ).one_or_none()
    return None if row is None else Visit(row.seen_ms, row.since_ms)


def save_visit(connection: Connection, guild_id: int, reader: str, visit: Visit) -> None:
    _SAVE.run(connection, [(guild_id, reader, visit.seen_ms, visit.since_ms)])
