"""Deliveries that are over, with their attempts."""

from __future__ import annotations

from sqlalchemy import exists

from models.alerts.tables import Alert
from models.deliveries.tables import Delivery, DeliveryAttempt, is_final
from models.sql.over import Over


def deliveries_over(before_ms: int) -> Over:
    """Those written before that are over. An open alert's stay: its end needs them."""
    is_open = exists().where(
        Alert.guild_id == Delivery.guild_id,
        Alert.id == Delivery.alert_id,
        Alert.closed_ms.is_(None),
    )
    over = (Delivery.created_ms < before_ms) & is_final() & ~is_open
    return Over(Delivery, over, ((DeliveryAttempt, DeliveryAttempt.delivery_id),))
