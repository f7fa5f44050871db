"""Timeouts heard of a moment ago: AutoMod and the audit log may both tell of one."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

MOST_KEPT = 10_000
TOLERANCE_SECONDS = 10.0  # AutoMod's event says for how long, not until when


class Timeouts:
    """Each member's last timeout that one of the two told of, and the slot its event waits in."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[int, int], tuple[datetime, str]] = OrderedDict()

    def note(self, guild_id: int, user_id: int, until: datetime, slot: str) -> None:
        self._last[guild_id, user_id] = until, slot
        self._last.move_to_end((guild_id, user_id))
        if len(self._last) > MOST_KEPT:
            self._last.popitem(last=False)

    def slot_of(self, guild_id: int, user_id: int, until: datetime) -> str | None:
        """Where the event of a timeout until then waits, or waited; None for an unknown one."""
        known = self._last.get((guild_id, user_id))
        if known is None or abs((until - known[0]).total_seconds()) > TOLERANCE_SECONDS:
            return None
        return known[1]
