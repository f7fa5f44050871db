"""Discord users by id. `username` is null for an id that Discord does not know (a deleted user)."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Snowflake, TimestampMs, Words


class CachedUser(Base):
    __tablename__ = "user_cache"
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    username: Mapped[Words | None]
    discriminator: Mapped[Words | None]
    avatar: Mapped[Words | None]
    cached_ms: Mapped[TimestampMs]
