"""What a guild takes of this installation today, and what it may take at the most."""

from __future__ import annotations

from dataclasses import dataclass

from domain.windows import DAY_MS
from models.accounts.tokens import count_working
from models.guilds.guild import usage_of
from services.container import Parts


class QuotaExceededError(Exception):
    """`what`: events, bytes or tokens; `retry_seconds`: when it is worth trying again."""

    def __init__(self, what: str, most: int, retry_seconds: int) -> None:
        words = what if what == "tokens" else f"{what} a day"
        super().__init__(f"this server has used up its quota of {most:,} {words}")
        self.what, self.retry_seconds = what, retry_seconds


@dataclass(frozen=True, slots=True)
class Usage:
    """Of the UTC day that ends at `resets_ms`; a quota of None has no limit."""

    events: int
    events_quota: int | None
    stored_bytes: int
    bytes_quota: int | None
    tokens: int
    tokens_quota: int
    resets_ms: int


def usage(parts: Parts, guild_id: int) -> Usage:
    now_ms, settings = parts.clock(), parts.settings
    with parts.database.read() as connection:
        day, events, stored_bytes = usage_of(connection, guild_id)
        tokens = count_working(connection, guild_id, now_ms)
    today = now_ms // DAY_MS
    return Usage(
        events=events if day == today else 0,
        events_quota=settings.guild_events_per_day or None,
        stored_bytes=stored_bytes if day == today else 0,
        bytes_quota=settings.guild_megabytes_per_day * 1_000_000 or None,
        tokens=tokens,
        tokens_quota=settings.guild_tokens,
        resets_ms=(today + 1) * DAY_MS,
    )


def refuse_over_quota(parts: Parts, guild_id: int) -> None:
    """Raises QuotaExceededError where the guild has had its events or bytes of today.

    Looked at before a request is stored, so the last one of a day may go over by its own size.
    """
    settings, now_ms = parts.settings, parts.clock()
    with parts.database.read() as connection:
        day, events, stored_bytes = usage_of(connection, guild_id)
    if day != now_ms // DAY_MS:
        return
    seconds = (DAY_MS - now_ms % DAY_MS) // 1000 + 1
    most_bytes = settings.guild_megabytes_per_day * 1_000_000
    for what, used, most in (
        ("events", events, settings.guild_events_per_day),
        ("bytes", stored_bytes, most_bytes),
    ):
        if most and used >= most:
            raise QuotaExceededError(what, most, seconds)
