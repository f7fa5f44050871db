"""Wordings of `action_taken` that count as "other": said once to who sends them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from adapters.process.cache import ProcessCache
from domain.actions import is_unread
from schemas.events.structs import Event, ViolationEvent

MOST_AT_ONCE = 10
KNOWN_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class IngestWarning:
    """About an event that was stored, but may not count as its sender meant it."""

    field: str
    value: str
    why: str


class UnreadActions:
    """What was said to a token is known for a day in this process."""

    def __init__(self) -> None:
        self._said: ProcessCache[bool] = ProcessCache(KNOWN_SECONDS)

    def warnings(self, token_id: UUID | None, events: Iterable[Event]) -> list[IngestWarning]:
        """At most MOST_AT_ONCE new ones of these events; others come with later requests."""
        found: list[IngestWarning] = []
        for event in events:
            if not isinstance(event, ViolationEvent) or not is_unread(event.action_taken):
                continue
            key = (token_id, event.action_taken)
            if self._said.get(key) is None:
                self._said.put(key, True)
                found.append(_warning(event.action_taken))
                if len(found) == MOST_AT_ONCE:
                    break
        return found


def _warning(words: str) -> IngestWarning:
    why = "counts as other: it has none of warn, timeout, mute, kick, unban and ban in it"
    return IngestWarning("action_taken", words, why)
