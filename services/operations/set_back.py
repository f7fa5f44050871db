"""After a clock that was ahead is set back: what it put off is due, and leases end in time.

A time further ahead than its kind can be set by a clock that is right is not believed. What else is
compared with now, and why that needs nothing here, is in tests/models/test_times_bounded.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Connection

from adapters.database import Database
from models.deliveries import ahead as deliveries
from models.guilds import guild as guilds
from models.heartbeat import forget_heartbeat, heartbeats_ahead
from models.work import long as long_work

AT_ONCE = 500
Find = Callable[[Connection, int, int], list[Any]]  # now, how many at most; keys
Change = Callable[[Connection, Any, int], bool]  # a key of those, now; whether it still was so
_STEPS: dict[str, tuple[Find, Change]] = {
    "deliveries": (deliveries.put_off_ahead, deliveries.make_due),
    "leases": (deliveries.leased_ahead, deliveries.end_lease_in_time),
    "channels": (deliveries.blocked_ahead, deliveries.unblock),
    "long_work": (long_work.put_off_ahead, long_work.make_due),
    "guilds": (guilds.heard_ahead, guilds.hear_now),
    "heartbeats": (heartbeats_ahead, forget_heartbeat),
}
_log = structlog.get_logger()


def put_right(database: Database, now_ms: int) -> int:
    """How many rows a clock that was ahead had put off, or left claimed, for too long.

    Each in a transaction of its own: it waits for nobody with another one locked.
    """
    changed = 0
    for what, (find, change) in _STEPS.items():
        with database.read() as connection:
            keys = find(connection, now_ms, AT_ONCE)
        rows = sum(_change(database, change, key, now_ms) for key in keys)
        if rows:
            _log.warning("put_right_after_clock_was_set_back", what=what, rows=rows)
        changed += rows
    return changed


def _change(database: Database, change: Change, key: Any, now_ms: int) -> bool:
    with database.write() as connection:
        return change(connection, key, now_ms)
