"""Tokens and logins. Only SHA-256 hashes of secrets are stored."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Uuid,
    delete,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement

from models.base import Base, EventId, Snowflake, TimestampMs, Words

ALL_GUILDS = 0


class AccessToken(Base):
    __tablename__ = "access_tokens"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[Words]
    name: Mapped[Words]
    secret_hash: Mapped[Words] = mapped_column(unique=True)
    role: Mapped[Words | None]
    created_by: Mapped[Snowflake | None]
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
    guild_ids: tuple[int, ...]


def add_token(connection: Connection, token: NewToken, guild_ids: Sequence[int]) -> None:
    connection.execute(insert(AccessToken).values(asdict(token)))
    rows = [{"guild_id": guild_id, "token_id": token.id} for guild_id in sorted(set(guild_ids))]
    connection.execute(insert(TokenGuild), rows)


def token_by_hash(connection: Connection, secret_hash: str) -> StoredToken | None:
    return next(_tokens(connection, AccessToken.secret_hash == secret_hash), None)


def tokens_of_guild(connection: Connection, guild_id: int) -> list[StoredToken]:
    """Tokens for this guild and no other, oldest first: its admins may see and end them."""
    mine = select(TokenGuild.token_id).where(TokenGuild.guild_id == guild_id)
    found = _tokens(connection, AccessToken.id.in_(mine))
    return [token for token in found if token.guild_ids == (guild_id,)]


def all_tokens(connection: Connection) -> list[StoredToken]:
    return list(_tokens(connection, true()))


def _tokens(connection: Connection, where: ColumnElement[bool]) -> Iterator[StoredToken]:
    names = [field.name for field in fields(StoredToken) if field.name != "guild_ids"]
    query = select(*(getattr(AccessToken, name) for name in names)).where(where)
    for row in connection.execute(query.order_by(AccessToken.created_ms)).mappings():
        guilds = select(TokenGuild.guild_id).where(TokenGuild.token_id == row["id"])
        yield StoredToken(**row, guild_ids=tuple(sorted(connection.scalars(guilds))))


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


def token_was_used(connection: Connection, token_id: uuid.UUID, now_ms: int) -> None:
    connection.execute(
        update(AccessToken).where(AccessToken.id == token_id).values(last_used_ms=now_ms)
    )
