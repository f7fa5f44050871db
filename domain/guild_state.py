"""What events teach about a guild, independent of the order in which they arrive."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


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

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        return _COLUMNS

    def values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in _COLUMNS)

    def seen_at(self, timestamp_ms: int) -> None:
        first, last = self.first_event_ms, self.last_event_ms
        self.first_event_ms = timestamp_ms if first is None else min(first, timestamp_ms)
        self.last_event_ms = timestamp_ms if last is None else max(last, timestamp_ms)

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
