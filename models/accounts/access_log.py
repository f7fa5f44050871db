"""Who read what of a guild, counted by hour."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Bucket, Count, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert, adding


class AccessRecord(Base):
    """`reader` is `user:<id>` or `token:<id>`; `what` the route that was read.

    `renewals`: how many of `count` a page made by itself, as it said
    """

    __tablename__ = "access_records"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_hour: Mapped[Bucket] = mapped_column(primary_key=True)
    reader: Mapped[Words] = mapped_column(primary_key=True)
    what: Mapped[Words] = mapped_column(primary_key=True)
    count: Mapped[Count]
    last_ms: Mapped[TimestampMs]
    renewals: Mapped[Count]


_KEY = ("guild_id", "epoch_hour", "reader", "what")
_ADD = BulkInsert(
    AccessRecord,
    (*_KEY, "count", "renewals", "last_ms"),
    adding(AccessRecord, _KEY, ("count", "renewals"), ("last_ms",)),
)

# guild_id, epoch_hour, reader, what, count, renewals, last_ms
AccessRow = tuple[int, int, str, str, int, int, int]
Place = tuple[int, str, str]  # epoch_hour, reader, what


def add_access_records(connection: Connection, rows: Iterable[AccessRow]) -> None:
    _ADD.run(connection, sorted(rows))


def access_records(
    connection: Connection, guild_id: int, limit: int, after: Place | None = None
) -> list[Any]:
    """Rows, latest hour first, those up to `after` left out."""
    table = cast(Table, AccessRecord.__table__)
    place = tuple_(table.c.epoch_hour, table.c.reader, table.c.what)
    query = select(table).where(table.c.guild_id == guild_id)
    if after is not None:
        query = query.where(place < tuple_(*after))
    order = (table.c.epoch_hour.desc(), table.c.reader.desc(), table.c.what.desc())
    return list(connection.execute(query.order_by(*order).limit(limit)))
