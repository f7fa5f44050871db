"""Tokens and logins. Only SHA-256 hashes of secrets are stored."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Select,
    Uuid,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column
from sqlalchemy.sql import ColumnElement

from models.base import Base, EventId, Snowflake, TimestampMs, Words

ALL_GUILDS = 0
PRUNED_AT_ONCE = 500
Place = tuple[int, uuid.UUID]


class AccessToken(Base):
    __tablename__ = "access_tokens"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[Words]
    name: Mapped[Words]
    secret_hash: Mapped[Words] = mapped_column(unique=True)
    role: Mapped[Words | None]
    # The person behind it, also where one of their tokens made it; null: made by an operator.
    created_by: Mapped[Snowflake | None] = mapped_column(index=True)
    # The token that made it, which it does not outlive.
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_ms: Mapped[TimestampMs]
    expires_ms: Mapped[TimestampMs | None]
    revoked_ms: Mapped[TimestampMs | None]
    last_used_ms: Mapped[TimestampMs | None]
    __table_args__ = (
        CheckConstraint("kind IN ('bot', 'api')", name="kind"),
        CheckConstraint("role IN ('owner', 'admin', 'moderator', 'viewer')", name="role"),
    )


class TokenGuild(Base):
    """A guild that a token is for; ALL_GUILDS stands for every one."""

    __tablename__ = "token_guilds"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    token_id: Mapped[EventId] = mapped_column(primary_key=True, index=True)


@dataclass(frozen=True, slots=True)
class NewToken:
    id: uuid.UUID
    kind: str
    name: str
    secret_hash: str
    role: str | None
    created_by: int | None
    created_ms: int
    expires_ms: int | None
    parent_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class StoredToken:
    id: uuid.UUID
    kind: str
    name: str
    role: str | None
    created_by: int | None
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None
    last_used_ms: int | None
    parent_id: uuid.UUID | None
    guild_ids: tuple[int, ...]


_NAMES = [field.name for field in fields(StoredToken) if field.name != "guild_ids"]
_COLUMNS = [getattr(AccessToken, name) for name in _NAMES]


def add_token(connection: Connection, token: NewToken, guild_ids: Sequence[int]) -> None:
    connection.execute(insert(AccessToken).values(asdict(token)))
    rows = [{"guild_id": guild_id, "token_id": token.id} for guild_id in sorted(set(guild_ids))]
    connection.execute(insert(TokenGuild), rows)


def token_by_hash(connection: Connection, secret_hash: str) -> StoredToken | None:
    return next(_tokens(connection, AccessToken.secret_hash == secret_hash), None)


def token_by_id(connection: Connection, token_id: uuid.UUID) -> StoredToken | None:
    return next(_tokens(connection, AccessToken.id == token_id), None)


def working(connection: Connection, ids: Collection[uuid.UUID], now_ms: int) -> set[uuid.UUID]:
    """Those of them that have not ended: neither they nor a token that they come from."""
    return set(connection.scalars(_working(AccessToken.id.in_(list(ids)), now_ms)))


def count_working(connection: Connection, guild_id: int, now_ms: int) -> int:
    """How many tokens for this guild and no other have not ended."""
    mine = _only_of(guild_id, AccessToken.id).where(lasts(AccessToken, now_ms))
    return len(working(connection, connection.scalars(mine).all(), now_ms))


def tokens_of_guild(connection: Connection, guild_id: int) -> list[StoredToken]:
    """Tokens for this guild and no other, oldest first: its admins may see and end them."""
    found = _tokens(connection, _of(guild_id))
    return [token for token in found if token.guild_ids == (guild_id,)]


def page_of_tokens(
    connection: Connection, guild_id: int, limit: int, after: Place | None = None
) -> list[StoredToken]:
    """Up to `limit` of them, newest first: those behind `after`, if given."""
    place = tuple_(AccessToken.created_ms, AccessToken.id)
    query = _only_of(guild_id, *_COLUMNS)
    if after is not None:
        query = query.where(place < tuple_(*after))
    order = AccessToken.created_ms.desc(), AccessToken.id.desc()
    rows = connection.execute(query.order_by(*order).limit(limit))
    return [StoredToken(**row._mapping, guild_ids=(guild_id,)) for row in rows]


def all_tokens(connection: Connection) -> list[StoredToken]:
    return list(_tokens(connection, true()))


def _tokens(connection: Connection, where: ColumnElement[bool]) -> Iterator[StoredToken]:
    query = select(*_COLUMNS, TokenGuild.guild_id).where(where)
    query = query.outerjoin(TokenGuild, TokenGuild.token_id == AccessToken.id)
    order = (AccessToken.created_ms, AccessToken.id, TokenGuild.guild_id)
    for token, rows in groupby(connection.execute(query.order_by(*order)), lambda row: row[:-1]):
        guild_ids = tuple(row[-1] for row in rows if row[-1] is not None)
        yield StoredToken(**dict(zip(_NAMES, token, strict=True)), guild_ids=guild_ids)


def _of(guild_id: int) -> ColumnElement[bool]:
    return AccessToken.id.in_(select(TokenGuild.token_id).where(TokenGuild.guild_id == guild_id))


def _only_of(guild_id: int, *columns: Any) -> Select[Any]:
    """Of each token for this guild and no other: grouped by its key, so any column may be had."""
    query = select(*columns).join(TokenGuild, TokenGuild.token_id == AccessToken.id)
    return query.where(_of(guild_id)).group_by(AccessToken.id).having(func.count() == 1)


def _working(start: ColumnElement[bool], now_ms: int) -> Select[tuple[uuid.UUID]]:
    """The ids of those that have not ended: from each up to the first of its line, in one go."""
    above = aliased(AccessToken)
    line = (
        select(AccessToken.id.label("id"), AccessToken.parent_id.label("above_id"))
        .where(start, lasts(AccessToken, now_ms))
        .cte("line", recursive=True)
    )
    higher = select(line.c.id, above.parent_id).join(above, above.id == line.c.above_id)
    line = line.union(higher.where(lasts(above, now_ms)))
    return select(line.c.id).where(line.c.above_id.is_(None))


def lasts(token: type[AccessToken], now_ms: int) -> ColumnElement[bool]:
    """Whether it has neither ended nor been revoked, whatever the token is that it comes from."""
    is_over = token.expires_ms <= now_ms
    return token.revoked_ms.is_(None) & (token.expires_ms.is_(None) | ~is_over)


def revoke_token(connection: Connection, token_id: uuid.UUID, now_ms: int) -> bool:
    change = update(AccessToken).where(AccessToken.id == token_id, AccessToken.revoked_ms.is_(None))
    return connection.execute(change.values(revoked_ms=now_ms)).rowcount > 0


def delete_unused_tokens(connection: Connection, name: str, since_ms: int) -> None:
    """Delete the bot tokens of this name that nobody made by hand or has used since."""
    last_ms = func.coalesce(AccessToken.last_used_ms, AccessToken.created_ms)
    named = (AccessToken.name == name) & (AccessToken.kind == "bot")
    unused = named & AccessToken.created_by.is_(None) & (last_ms < since_ms)
    of_unused = TokenGuild.token_id.in_(select(AccessToken.id).where(unused))
    connection.execute(delete(TokenGuild).where(of_unused))
    connection.execute(delete(AccessToken).where(unused))


def prune_tokens(connection: Connection, before_ms: int, most: int = PRUNED_AT_ONCE) -> None:
    """Delete what ended before then, with all that came from it: that ended as well.

    most: of those that ended by themselves.
    """
    ended = select(AccessToken.id).where(
        or_(AccessToken.revoked_ms < before_ms, AccessToken.expires_ms < before_ms)
    )
    gone = ended.limit(most).subquery()
    line = select(gone.c.id).cte("line", recursive=True)
    line = line.union(select(AccessToken.id).join(line, AccessToken.parent_id == line.c.id))
    ids = connection.scalars(select(line.c.id)).all()
    connection.execute(delete(TokenGuild).where(TokenGuild.token_id.in_(ids)))
    connection.execute(delete(AccessToken).where(AccessToken.id.in_(ids)))


def token_was_used(connection: Connection, token_id: uuid.UUID, now_ms: int) -> None:
    connection.execute(
        update(AccessToken).where(AccessToken.id == token_id).values(last_used_ms=now_ms)
    )
