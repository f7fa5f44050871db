"""How alerts, deliveries and what servers use are, for `/metrics` and `/health`."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.database import Database
from adapters.telemetry.counts import (
    ALERTS_OPEN,
    BOTS_HEARD,
    CHANNELS_BROKEN,
    LAST_EVALUATION,
    MOST_USED_TODAY,
    USED_TODAY,
)
from domain.alert_rules import ALERTS
from domain.clock import APART_MS
from domain.windows import DAY_MS
from models.alerts.looks import last_evaluated, note_evaluated
from models.alerts.store import count_open
from models.channels.store import count_broken
from models.deliveries.sendable import next_due
from models.guilds.guild import count_heard, used_by_all

LATE_AFTER_MS = 120_000


@dataclass(frozen=True, slots=True)
class Standing:
    """`overdue_ms`: how long the delivery that waits longest is overdue; 0 when none is."""

    open_alerts: int
    broken_channels: int
    overdue_ms: int
    evaluated_ms: int | None

    def is_late(self, now_ms: int) -> bool:
        """Whether what is due is not sent, or alerts are not looked at.

        A look of the future is of a clock that was set back since: nobody looked by the one of now.
        """
        unseen_ms = 0 if self.evaluated_ms is None else now_ms - self.evaluated_ms
        return self.overdue_ms > LATE_AFTER_MS or not -APART_MS <= unseen_ms <= LATE_AFTER_MS


def standing(database: Database, now_ms: int) -> Standing:
    with database.read() as connection:
        due_ms = next_due(connection)
        return Standing(
            open_alerts=sum(count_open(connection).values()),
            broken_channels=count_broken(connection),
            overdue_ms=0 if due_ms is None else max(now_ms - due_ms, 0),
            evaluated_ms=last_evaluated(connection),
        )


def note_standing(database: Database, now_ms: int) -> None:
    """A sweep is over: for those who watch."""
    with database.write() as connection:
        note_evaluated(connection, now_ms)
        open_alerts = count_open(connection)
        heard = count_heard(connection, now_ms - DAY_MS)
        used = used_by_all(connection, now_ms // DAY_MS)
    BOTS_HEARD.set(heard)
    for of, total, most in (
        ("events", used.events, used.most_events),
        ("bytes", used.bytes, used.most_bytes),
    ):
        USED_TODAY.labels(of).set(total)
        MOST_USED_TODAY.labels(of).set(most)
    for event_type in ALERTS:
        ALERTS_OPEN.labels(event_type.value).set(open_alerts.get(event_type.value, 0))
    now = standing(database, now_ms)
    CHANNELS_BROKEN.set(now.broken_channels)
    LAST_EVALUATION.set(now_ms / 1000)
