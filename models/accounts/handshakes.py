"""Handshakes of logins that were used: none is good twice."""

from sqlalchemy import Connection, delete
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, TimestampMs, Words
from models.sql.bulk import BulkInsert


class UsedHandshake(Base):
    __tablename__ = "used_handshakes"
    state_hash: Mapped[Words] = mapped_column(primary_key=True)  # SHA-256
    forget_ms: Mapped[TimestampMs] = mapped_column(index=True)  # too old by then anyway
    __table_args__ = (CLUSTERED,)


_USE = BulkInsert(
    UsedHandshake, ("state_hash", "forget_ms"), "DO NOTHING", returning=("state_hash",)
)


def use_handshake(connection: Connection, state_hash: str, forget_ms: int) -> bool:
    """Whether it was not used before."""
    return bool(_USE.run(connection, [(state_hash, forget_ms)]))


def forget_handshakes(connection: Connection, now_ms: int) -> None:
    connection.execute(delete(UsedHandshake).where(UsedHandshake.forget_ms <= now_ms))
