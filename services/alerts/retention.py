"""How long alerts and what was sent of them are kept."""

from __future__ import annotations

from models.alerts.prune import alerts_closed
from models.deliveries.prune import deliveries_over
from models.notifications.inbox import notifications_made
from models.sql.over import Over


def alerts_over(before_ms: int) -> tuple[Over, ...]:
    """What is over since before; what is open or on its way stays, however old."""
    return deliveries_over(before_ms), alerts_closed(before_ms), notifications_made(before_ms)
