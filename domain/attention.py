"""Which of several servers needs somebody first."""

from __future__ import annotations

from dataclasses import dataclass

FULL_HEALTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What waits in one server; `health_score` is None where there is too little to say."""

    incidents: int
    alerts: int
    appeals: int
    health_score: int | None

    @property
    def place(self) -> tuple[int, int, int, int]:
        """The smallest first: incidents going on, open alerts, appeals waiting, then low health."""
        health = FULL_HEALTH + 1 if self.health_score is None else self.health_score
        return (-self.incidents, -self.alerts, -self.appeals, health)
