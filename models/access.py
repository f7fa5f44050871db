"""Tokens and logins. Only SHA-256 hashes of secrets are stored."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

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


class LoginSession(Base):
    __tablename__ = "login_sessions"
    secret_hash: Mapped[Words] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake]
    # Set on a demo login: the role it has in every demo guild.
    demo_role: Mapped[Words | None]
    selected_guild_id: Mapped[Snowflake | None]
    created_ms: Mapped[TimestampMs]
    expires_ms: Mapped[TimestampMs]
