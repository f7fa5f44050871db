"""What events teach about a guild, independent of the order in which they arrive."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from domain.clock import AHEAD_MS


@dataclass(slots=True)
class GuildState:
    guild_id: int
    # None until the bot has sent something: people may configure a guild before that.
    first_event_ms: int | None
    last_event_ms: int | None
    event_offset: int = 0
    name: str | None = None
    icon: str | None = None
    owner_id: int | None = None
    member_count: int | None = None
    name_timestamp_ms: int = 0
    icon_timestamp_ms: int = 0
    owner_id_timestamp_ms: int = 0
    member_count_timestamp_ms: int = 0
    last_received_ms: int | None = None
    # What was stored for the guild on the day (epoch day, UTC, by our clock) that was counted last.
    usage_day: int = 0
    usage_events: int = 0
    usage_bytes: int = 0

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        return _COLUMNS

    def values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in _COLUMNS)

    def seen_at(self, timestamp_ms: int) -> None:
        first, last = self.first_event_ms, self.last_event_ms
        self.first_event_ms = timestamp_ms if first is None else min(first, timestamp_ms)
        self.last_event_ms = timestamp_ms if last is None else max(last, timestamp_ms)

    def use(self, epoch_day: int, events: int, stored_bytes: int) -> None:
        """Count what is stored for the guild today; another day starts anew."""
        if self.usage_day != epoch_day:
            self.usage_day, self.usage_events, self.usage_bytes = epoch_day, 0, 0
        self.usage_events += events
        self.usage_bytes += stored_bytes

    def decided_ms(self, now_ms: int) -> int:
        """When a person's decision of now counts as made: after all that the bot has said by now.

        Its clock may be ahead of ours, and something it said before may come late. No event is
        further ahead than is accepted, unless it was our clock that jumped.
        """
        if self.last_event_ms is None:
            return now_ms
        return max(now_ms, min(self.last_event_ms, now_ms + AHEAD_MS) + 1)

    def learn(self, name: str, value: Any, timestamp_ms: int) -> None:
        """Take `value` unless a later event spoke; at the same time, the greater value stays.

        An event that does not mention a field (None) says nothing about it.
        """
        if value is None:
            return
        said_ms, known = getattr(self, f"{name}_timestamp_ms"), getattr(self, name)
        if known is None or (timestamp_ms, value) > (said_ms, known):
            setattr(self, name, value)
            setattr(self, f"{name}_timestamp_ms", timestamp_ms)

    def take_offsets(self, events: int) -> int:
        """Reserve places for `events` live events; the offset of the first."""
        first = self.event_offset + 1
        self.event_offset += events
        return first


_COLUMNS = tuple(field.name for field in fields(GuildState))
