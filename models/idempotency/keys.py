"""Requests that are named by their sender, so that sent again they are done once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Index, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, EventId, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert
from models.sql.claims import is_free
from models.sql.over import Over


class IdempotencyKey(Base):
    __tablename__ = "idempotency_keys"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    caller: Mapped[Words] = mapped_column(primary_key=True)  # `user:<id>` or `token:<id>`
    route: Mapped[Words] = mapped_column(primary_key=True)  # method and path
    key: Mapped[Words] = mapped_column(primary_key=True)
    # What the request makes is made under this id: done again after a crash, it is there already.
    operation_id: Mapped[EventId]
    body_hash: Mapped[Words]  # SHA-256, hex
    claim: Mapped[EventId | None]
    claimed_until_ms: Mapped[TimestampMs]
    status: Mapped[Bucket | None]  # null while it is under way
    answer: Mapped[Words | None]
    created_ms: Mapped[TimestampMs]
    __table_args__ = (Index("idx_idempotency_keys_created_ms", "created_ms"),)


_NEW = BulkInsert(
    IdempotencyKey,
    (
        "guild_id",
        "caller",
        "route",
        "key",
        "operation_id",
        "body_hash",
        "claim",
        "claimed_until_ms",
        "created_ms",
    ),
    "DO NOTHING",
    returning=("key",),
)


@dataclass(frozen=True, slots=True)
class Named:
    """Whose request it is, to which route, under which key."""

    guild_id: int
    caller: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What is stored of a key; `status` and `answer` once it was answered."""

    operation_id: UUID
    body_hash: str
    status: int | None
    answer: str | None


def begin(
    connection: Connection, named: Named, body_hash: str, now_ms: int, until_ms: int
) -> tuple[KeyRow, UUID | None]:
    """The key's row, and a claim where the request is to be done by the caller of this.

    Without a claim it was answered, or is being done elsewhere.
    """
    claim = uuid4()
    row = (*_values(named), uuid4(), body_hash, claim, until_ms, now_ms)
    if not _NEW.run(connection, [row]):
        free = or_(
            IdempotencyKey.claim.is_(None),
            is_free(IdempotencyKey.claimed_until_ms, now_ms, until_ms),
        )
        waits = IdempotencyKey.status.is_(None) & free
        mine = _is(named) & waits & (IdempotencyKey.body_hash == body_hash)
        change = update(IdempotencyKey).where(mine)
        if not connection.execute(change.values(claim=claim, claimed_until_ms=until_ms)).rowcount:
            return _row(connection, named), None
    return _row(connection, named), claim


def answered(connection: Connection, named: Named, claim: UUID, status: int, answer: str) -> None:
    """Keep the answer, unless another does the request by now."""
    mine = _is(named) & (IdempotencyKey.claim == claim)
    values = {"status": status, "answer": answer, "claim": None}
    connection.execute(update(IdempotencyKey).where(mine).values(**values))


def forget(connection: Connection, named: Named, claim: UUID) -> None:
    """Nothing was done: the key may be used for another request."""
    mine = _is(named) & (IdempotencyKey.claim == claim)
    connection.execute(delete(IdempotencyKey).where(mine))


def forget_keys_of(connection: Connection, guild_id: int, user_id: int) -> None:
    """What a person sent, and answers that name them."""
    table = IdempotencyKey
    theirs = (table.caller == f"user:{user_id}") | table.answer.contains(f'"{user_id}"')
    connection.execute(delete(table).where(table.guild_id == guild_id, theirs))


def keys_used(before_ms: int) -> Over:
    return Over(IdempotencyKey, IdempotencyKey.created_ms < before_ms)


def _row(connection: Connection, named: Named) -> KeyRow:
    table = IdempotencyKey
    columns = (table.operation_id, table.body_hash, table.status, table.answer)
    return KeyRow(*connection.execute(select(*columns).where(_is(named))).one())


def _values(named: Named) -> tuple[Any, ...]:
    return named.guild_id, named.caller, named.route, named.key


def _is(named: Named) -> ColumnElement[bool]:
    table = IdempotencyKey
    same = (table.guild_id == named.guild_id) & (table.caller == named.caller)
    return same & (table.route == named.route) & (table.key == named.key)
