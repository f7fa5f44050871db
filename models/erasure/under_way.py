"""Erasures that are under way: what goes on with one after its process was killed needs to know."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Count, EventId, Snowflake, TimestampMs
from models.sql.bulk import BulkInsert
from models.sql.claims import is_free


class ErasureUnderWay(Base):
    __tablename__ = "erasures"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    pseudonym: Mapped[Snowflake]
    # Who asked for it: a person or a token.
    asked_by: Mapped[Snowflake | None]
    token_id: Mapped[EventId | None]
    # Violations that were made anonymous so far.
    violations: Mapped[Count]
    # Until when whoever is at it is believed to live.
    claimed_until_ms: Mapped[TimestampMs]


class ErasureEndedError(Exception):
    """Another process ended it, or the whole server was deleted meanwhile.

    Or who asked for it was erased themselves: whoever goes on with it does not know them.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A person of a server, and who they are from now on."""

    guild_id: int
    user_id: int
    pseudonym: int
    asked_by: int | None
    token_id: UUID | None


_COLUMNS = tuple(field.name for field in fields(Erasure))
_BEGIN = BulkInsert(ErasureUnderWay, (*_COLUMNS, "claimed_until_ms"), "DO NOTHING")


def begin_erasure(connection: Connection, wanted: Erasure, until_ms: int) -> Erasure:
    """The one that is under way: another one of the same person goes before `wanted`."""
    values = tuple(getattr(wanted, name) for name in _COLUMNS)
    _BEGIN.run(connection, [(*values, until_ms)])
    row = connection.execute(_select().where(*_is(wanted))).one()
    return _erasure(row)


def note_step(connection: Connection, erasure: Erasure, violations: int, until_ms: int) -> None:
    """Raises ErasureEndedError."""
    table = ErasureUnderWay
    change = update(table).where(*_is_still(erasure))
    sums = {"violations": table.violations + violations, "claimed_until_ms": until_ms}
    if connection.execute(change.values(sums)).rowcount == 0:
        raise ErasureEndedError


def end_erasure(connection: Connection, erasure: Erasure) -> int:
    """How many violations its steps made anonymous. Raises ErasureEndedError."""
    ended = delete(ErasureUnderWay).where(*_is_still(erasure))
    violations: int | None = connection.scalar(ended.returning(ErasureUnderWay.violations))
    if violations is None:
        raise ErasureEndedError
    return violations


def left_erasures(connection: Connection, now_ms: int, until_ms: int) -> list[Erasure]:
    """Those that nobody is at any more."""
    query = _select().where(is_free(ErasureUnderWay.claimed_until_ms, now_ms, until_ms))
    return [_erasure(row) for row in connection.execute(query)]


def forget_asker(connection: Connection, guild_id: int, user_id: int) -> None:
    """Erasures that this person asked for were asked for by nobody."""
    table = ErasureUnderWay
    mine = update(table).where(table.guild_id == guild_id, table.asked_by == user_id)
    connection.execute(mine.values(asked_by=None))


def _select() -> Select[Any]:
    return select(*(getattr(ErasureUnderWay, name) for name in _COLUMNS))


def _is(erasure: Erasure) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    table = ErasureUnderWay
    return table.guild_id == erasure.guild_id, table.user_id == erasure.user_id


def _is_still(erasure: Erasure) -> tuple[ColumnElement[bool], ...]:
    asked_by = ErasureUnderWay.asked_by
    return (*_is(erasure), asked_by.is_not_distinct_from(erasure.asked_by))


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(**row._mapping)
