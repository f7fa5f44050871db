"""Timeouts seen a moment ago, to know one that is told of twice: by AutoMod and the audit log."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

MOST_KEPT = 10_000
TOLERANCE_SECONDS = 10.0  # AutoMod's event says for how long, not until when


class Timeouts:
    """Each member's last timeout."""

    def __init__(self) -> None:
        self._until: OrderedDict[tuple[int, int], datetime] = OrderedDict()

    def note(self, guild_id: int, user_id: int, until: datetime) -> None:
        self._until[guild_id, user_id] = until
        self._until.move_to_end((guild_id, user_id))
        if len(self._until) > MOST_KEPT:
            self._until.popitem(last=False)

    def knows(self, guild_id: int, user_id: int, until: datetime) -> bool:
        known = self._until.get((guild_id, user_id))
        return known is not None and abs((until - known).total_seconds()) <= TOLERANCE_SECONDS


def timeout_slot(guild_id: int, user_id: int) -> str:
    return f"timeout:{guild_id}:{user_id}"
