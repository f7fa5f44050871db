"""After a restore of the database to an earlier minute: what waits there is old news."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.delivery_life import RESTORED_AFTER_MS
from models.deliveries.store import cancel_older

REASON = "restored"


def cancel_restored(connection: Connection, now_ms: int) -> int:
    """Cancel what has waited for more than an hour by our clock; how many deliveries.

    Alerts are evaluated anew by themselves: what still is so is told again.
    """
    return cancel_older(connection, now_ms - RESTORED_AFTER_MS, REASON, now_ms)
