"""What a guild wants to be told of, and when it wants quiet."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.alert_rules import EventType, Thresholds
from domain.messages import Priority
from domain.quiet_hours import QuietHours
from domain.windows import DAY_MS

LONGEST_MUTE_MS = DAY_MS
# All but the one that comes with each violation.
USUAL_EVENTS = frozenset(EventType) - {EventType.NEW_VIOLATION}


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The defaults are those of a guild that never chose."""

    threshold: Priority = Priority.MEDIUM
    enabled_events: frozenset[EventType] = USUAL_EVENTS
    thresholds: Thresholds = field(default_factory=Thresholds)
    muted_until_ms: int | None = None
    quiet_hours: QuietHours | None = None
