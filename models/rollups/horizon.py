"""Before which minute rollups of minutes were forgotten; the same for all guilds.

What may be forgotten goes by the clock, and a clock may be wrong. So the place is written down in
the transaction that forgets: a recount knows what to leave out and, when the clock turns out to
have been ahead, what to count again.
"""

from sqlalchemy import Connection, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.windows import MINUTE_MS
from models.base import Base, Bucket
from models.rollups.counts import MINUTES_KEPT
from models.sql.bulk import BulkInsert

_ONLY = 1


class MinuteHorizon(Base):
    """One row, or none where nothing was forgotten yet."""

    __tablename__ = "minute_horizon"
    id: Mapped[Bucket] = mapped_column(primary_key=True, autoincrement=False)
    epoch_minute: Mapped[Bucket]


_COLUMNS = ("id", "epoch_minute")
_BEGIN = BulkInsert(MinuteHorizon, _COLUMNS, "(id) DO NOTHING")
_SET = BulkInsert(
    MinuteHorizon, _COLUMNS, "(id) DO UPDATE SET epoch_minute = excluded.epoch_minute"
)


def minute_horizon(connection: Connection, *, locked: bool = False) -> int:
    """The first epoch minute that is complete; 0 where all are. `locked`: until commit."""
    query = select(MinuteHorizon.epoch_minute)
    return connection.scalar(query.with_for_update() if locked else query) or 0


def history_minutes_from_ms(connection: Connection, now_ms: int) -> int:
    """From when on history is counted by minute: years of it would be forgotten at once.

    What comes live is counted whatever its time is. Where nothing was forgotten yet, this begins.
    """
    _BEGIN.run(connection, [(_ONLY, now_ms // MINUTE_MS - MINUTES_KEPT + 1)])
    return minute_horizon(connection) * MINUTE_MS


def set_minute_horizon(connection: Connection, epoch_minute: int) -> None:
    _SET.run(connection, [(_ONLY, epoch_minute)])
