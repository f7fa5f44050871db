"""Decisions that a guild's bot is to carry out: a row each, with how far it has come."""

from collections.abc import Collection, Sequence
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Index,
    Table,
    delete,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.bot_changes import OPEN, BotChangeState, ForBot
from models.base import Base, EventId, Snowflake, TimestampMs, Words
from models.sql.over import Over

_OPEN = text("state IN ('waiting', 'told')")


class BotChange(Base):
    __tablename__ = "bot_changes"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    kind: Mapped[Words]
    subject: Mapped[Words]
    data: Mapped[Words]  # JSON
    user_id: Mapped[Snowflake | None]  # the member it is about
    decided_by: Mapped[Words]  # `user:<id>` or `token:<id>`
    decided_ms: Mapped[TimestampMs]
    state: Mapped[Words]
    told_ms: Mapped[TimestampMs | None]
    ended_ms: Mapped[TimestampMs | None]
    detail: Mapped[Words | None]  # the bot's words on the outcome
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'told', 'done', 'failed', 'superseded')", name="state"
        ),
        Index(
            "idx_bot_changes_open",
            "guild_id",
            "decided_ms",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        # Of all servers at once, for a bot that is in all of them.
        Index(
            "idx_bot_changes_open_anywhere",
            "decided_ms",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index(None, "guild_id", "decided_ms"),
        Index(None, "decided_ms"),
    )


_TABLE = cast(Table, BotChange.__table__)
Place = tuple[int, UUID]


def add_change(connection: Connection, guild_id: int, what: ForBot, by: str, now_ms: int) -> UUID:
    """One more, in place of an open one about the same. The guild's row must be locked."""
    earlier = update(BotChange).where(
        BotChange.guild_id == guild_id,
        BotChange.subject == what.subject,
        BotChange.state.in_(OPEN),
    )
    connection.execute(earlier.values(state=BotChangeState.SUPERSEDED, ended_ms=now_ms))
    id = uuid4()
    row = {"guild_id": guild_id, "id": id, "kind": what.kind, "subject": what.subject}
    said = {"data": orjson.dumps(what.data).decode(), "user_id": what.user_id}
    when = {"decided_by": by, "decided_ms": now_ms, "state": BotChangeState.WAITING}
    connection.execute(insert(BotChange).values(**row, **said, **when))
    return id


def open_changes(
    connection: Connection, guild_ids: Collection[int] | None, after: Place | None, limit: int
) -> list[Any]:
    """Rows that wait for an outcome, oldest first; `guild_ids` None: of every guild."""
    query = select(_TABLE).where(_OPEN)  # in the words of the index: SQLite compares them
    if guild_ids is not None:
        query = query.where(_TABLE.c.guild_id.in_(list(guild_ids)))
    if after is not None:
        query = query.where(tuple_(_TABLE.c.decided_ms, _TABLE.c.id) > tuple_(*after))
    query = query.order_by(_TABLE.c.decided_ms, _TABLE.c.id).limit(limit)
    return list(connection.execute(query))


def mark_told(connection: Connection, keys: Sequence[tuple[int, UUID]], now_ms: int) -> set[UUID]:
    """Those of these (guild, id) that no bot had before."""
    change = update(BotChange).where(
        BotChange.guild_id.in_({guild_id for guild_id, _ in keys}),
        tuple_(BotChange.guild_id, BotChange.id).in_(keys),
        BotChange.state == BotChangeState.WAITING,
    )
    told = change.values(state=BotChangeState.TOLD, told_ms=now_ms)
    return set(connection.scalars(told.returning(BotChange.id)))


def change_of(connection: Connection, guild_id: int, id: UUID) -> Any:
    """The row, or None."""
    query = select(_TABLE).where(_TABLE.c.guild_id == guild_id, _TABLE.c.id == id)
    return connection.execute(query).one_or_none()


def end_change(
    connection: Connection, row: Any, state: BotChangeState, detail: str | None, now_ms: int
) -> None:
    """The guild's row must be locked since before `row` was read."""
    change = update(BotChange).where(BotChange.guild_id == row.guild_id, BotChange.id == row.id)
    told_ms = row.told_ms if row.told_ms is not None else now_ms
    values = {"state": state, "detail": detail, "ended_ms": now_ms, "told_ms": told_ms}
    connection.execute(change.values(**values))


def list_changes(
    connection: Connection,
    guild_id: int,
    limit: int,
    subject: str | None = None,
    after: Place | None = None,
) -> list[Any]:
    """Rows, newest first; those of one subject alone where one is named, those behind `after`."""
    query = select(_TABLE).where(_TABLE.c.guild_id == guild_id)
    if subject is not None:
        query = query.where(_TABLE.c.subject == subject)
    if after is not None:
        query = query.where(tuple_(_TABLE.c.decided_ms, _TABLE.c.id) < tuple_(*after))
    query = query.order_by(_TABLE.c.decided_ms.desc(), _TABLE.c.id.desc())
    return list(connection.execute(query.limit(limit)))


def changes_decided(before_ms: int) -> Over:
    """What was decided before then, whatever became of it."""
    return Over(BotChange, BotChange.decided_ms < before_ms)


def erase_from_changes(connection: Connection, guild_id: int, user_id: int) -> None:
    """What was decided about a member, and who decided: the person is in neither any more."""
    mine = BotChange.guild_id == guild_id
    connection.execute(delete(BotChange).where(mine, BotChange.user_id == user_id))
    as_actor = update(BotChange).where(mine, BotChange.decided_by == f"user:{user_id}")
    connection.execute(as_actor.values(decided_by=""))
