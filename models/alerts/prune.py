"""Closed alerts, with their trail."""

from __future__ import annotations

from models.alerts.tables import Alert, AlertTrailEntry
from models.sql.over import Over


def alerts_closed(before_ms: int) -> Over:
    """Those closed before."""
    return Over(Alert, Alert.closed_ms < before_ms, ((AlertTrailEntry, AlertTrailEntry.alert_id),))
