"""Logins on the server's side. Cookies carry a secret whose SHA-256 is the key here."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Index, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Count, EventId, Snowflake, TimestampMs, Words
from models.sql.claims import is_free


class LoginSession(Base):
    __tablename__ = "login_sessions"
    secret_hash: Mapped[Words] = mapped_column(primary_key=True)
    # What the person sees of it in the list of their logins, and ends it by.
    id: Mapped[EventId] = mapped_column(unique=True)
    user_id: Mapped[Snowflake]
    # Set on a demo login: the role it has in every demo guild.
    demo_role: Mapped[Words | None]
    selected_guild_id: Mapped[Snowflake | None]
    user_agent: Mapped[Words]
    created_ms: Mapped[TimestampMs]
    expires_ms: Mapped[TimestampMs]
    # Discord's tokens, sealed (adapters/secret_box.py); null on a demo login.
    access_token: Mapped[Words | None]
    refresh_token: Mapped[Words | None]
    token_expires_ms: Mapped[TimestampMs | None]
    # Until when one process is refreshing them.
    refresh_claimed_until_ms: Mapped[Count]
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_ms"))


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """A row of `login_sessions`, in the order of its columns."""

    secret_hash: str
    id: UUID
    user_id: int
    demo_role: str | None
    selected_guild_id: int | None
    user_agent: str
    created_ms: int
    expires_ms: int
    access_token: str | None = None
    refresh_token: str | None = None
    token_expires_ms: int | None = None


_NAMES = [field.name for field in fields(StoredLogin)]
_COLUMNS = [getattr(LoginSession, name) for name in _NAMES]


def add_login(connection: Connection, login: StoredLogin) -> None:
    values = {name: getattr(login, name) for name in _NAMES}
    connection.execute(insert(LoginSession).values(values))


def login_by_hash(connection: Connection, secret_hash: str) -> StoredLogin | None:
    query = select(*_COLUMNS).where(LoginSession.secret_hash == secret_hash)
    row = connection.execute(query).one_or_none()
    return None if row is None else StoredLogin(*row)


def logins_of_user(connection: Connection, user_id: int, now_ms: int) -> list[StoredLogin]:
    """Those that still hold, newest first."""
    query = select(*_COLUMNS).where(
        LoginSession.user_id == user_id, LoginSession.expires_ms > now_ms
    )
    rows = connection.execute(query.order_by(LoginSession.created_ms.desc()))
    return [StoredLogin(*row) for row in rows]


def end_login(connection: Connection, secret_hash: str) -> None:
    connection.execute(delete(LoginSession).where(LoginSession.secret_hash == secret_hash))


def end_logins(connection: Connection, user_id: int, id: UUID | None = None) -> int:
    """End one login of a person by its id, or all of them; how many."""
    condition = LoginSession.user_id == user_id
    if id is not None:
        condition &= LoginSession.id == id
    return connection.execute(delete(LoginSession).where(condition)).rowcount


def end_expired_logins(connection: Connection, now_ms: int) -> int:
    return connection.execute(
        delete(LoginSession).where(LoginSession.expires_ms <= now_ms)
    ).rowcount


def select_guild(connection: Connection, secret_hash: str, guild_id: int) -> None:
    _change(connection, secret_hash, selected_guild_id=guild_id)


def claim_refresh(connection: Connection, login: StoredLogin, now_ms: int, until_ms: int) -> bool:
    """Whether this process is the one to refresh the login's tokens as it knows them."""
    table = LoginSession
    claim = update(table).where(
        table.secret_hash == login.secret_hash,
        table.token_expires_ms == login.token_expires_ms,
        is_free(table.refresh_claimed_until_ms, now_ms, until_ms),
    )
    return connection.execute(claim.values(refresh_claimed_until_ms=until_ms)).rowcount > 0


def save_tokens(
    connection: Connection, secret_hash: str, access: str, refresh: str, expires_ms: int
) -> None:
    _change(
        connection,
        secret_hash,
        access_token=access,
        refresh_token=refresh,
        token_expires_ms=expires_ms,
        refresh_claimed_until_ms=0,
    )


def _change(connection: Connection, secret_hash: str, **values: Any) -> None:
    change = update(LoginSession).where(LoginSession.secret_hash == secret_hash)
    connection.execute(change.values(**values))
