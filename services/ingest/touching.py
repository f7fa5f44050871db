"""Which documents events touch, by guild (bits of domain.touched)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from domain.guild_state import GuildState
from domain.touched import Cause, touched_by
from schemas.events.structs import (
    AppealEvent,
    Event,
    LocalUserEvent,
    MessagesEvent,
    UserEvent,
    ViolationEvent,
    WarningEvent,
)

# What a heartbeat says shows nowhere, and what is said of a guild where it is news.
_CAUSES: dict[type[Event], Cause] = {
    ViolationEvent: Cause.VIOLATIONS,
    MessagesEvent: Cause.MESSAGES,
    WarningEvent: Cause.WARNINGS,
    AppealEvent: Cause.APPEALS,
    UserEvent: Cause.NAMES,
    LocalUserEvent: Cause.NAMES,
}
Known = tuple[int | None, int | None]


def touched_by_events(events: Iterable[Event]) -> dict[int, int]:
    """Guilds of which nothing was touched may be missing; they can be added to."""
    causes: dict[int, set[Cause]] = defaultdict(set)
    for guild_id, kind in {(event.guild_id, type(event)) for event in events}:
        if (cause := _CAUSES.get(kind)) is not None:
            causes[guild_id].add(cause)
    touched = {guild_id: touched_by(*sorted(found)) for guild_id, found in causes.items()}
    return defaultdict(int, touched)


def known_of(guild: GuildState) -> Known:
    """What documents say of a guild beside its counts: its first event, and its members."""
    return guild.first_event_ms, guild.member_count


def touched_by_news(before: Known, after: Known) -> int:
    causes = [
        cause
        for cause, old, new in zip((Cause.BEGINNING, Cause.MEMBERS), before, after, strict=True)
        if old != new
    ]
    return touched_by(*causes)
