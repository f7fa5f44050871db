"""What is done for many guilds at once, and goes on without those for which it fails."""

from __future__ import annotations

from enum import StrEnum


class Work(StrEnum):
    """The words of `put_aside.what`, and of the metric `modwatch_put_aside`."""

    OFFLINE_ALERTS = "offline_alerts"
    RATE_LIMIT_ALERTS = "rate_limit_alerts"
    HEALTH_ALERTS = "health_alerts"
    ALERT_TIMES = "alert_times"  # reminders, raids that are over, groups' digests
    MESSAGES = "messages"
    INCIDENT_ENDS = "incident_ends"
    SENT_REPORTS = "sent_reports"
    LOST_REPORTS = "lost_reports"
