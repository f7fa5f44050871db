"""What is said of the steps that an alert takes."""

from __future__ import annotations

from collections.abc import Iterable

from domain.alert_rules import EventType
from domain.alert_states import (
    Step,
    Word,
)
from domain.alert_words import alert_words
from domain.messages import MessageKind, Priority
from models.alerts.store import (
    AlertRow,
)
from services.notifications.telling import Notice

KIND_OF: dict[Word, MessageKind] = {
    Word.FIRING: MessageKind.FIRING,
    Word.FLAPPING: MessageKind.FIRING,
    Word.RESOLVED: MessageKind.RESOLVED,
    Word.REMINDER: MessageKind.REMINDER,
    Word.ACKNOWLEDGED: MessageKind.ACKNOWLEDGED,
}


def notices_of(
    alert: AlertRow, steps: Iterable[Step], value: float | None, by: str | None
) -> list[Notice]:
    """Of an alert after these steps; `value` is what was observed with them, `by` who took them."""
    return [_notice(alert, step, step.word, value, by) for step in steps if step.word is not None]


def _notice(alert: AlertRow, step: Step, word: Word, value: float | None, by: str | None) -> Notice:
    event_type = EventType(alert.event_type)
    is_over = word is Word.RESOLVED
    title, text = alert_words(
        event_type,
        word,
        value if is_over and value is not None else alert.value,
        alert.threshold,
        closed_reason=step.closed,
        reminder=step.number,
        settled=step.kind == "settled",
    )
    return Notice(
        guild_id=alert.guild_id,
        kind=KIND_OF[word],
        event_type=event_type,
        priority=Priority.LOW if step.quiet else Priority(alert.priority),
        dedup_key=_dedup_key(alert, step, word),
        title=title,
        message=text,
        link=f"#alert/{alert.id}",
        alert=alert,
        by=by,
    )


def opening_key(alert: AlertRow) -> str:
    """The `dedup_key` of the notification that said that the alert opened."""
    return f"alert:{alert.id}:{Word.FIRING}"


def _dedup_key(alert: AlertRow, step: Step, word: Word) -> str:
    key = opening_key(alert) if word is Word.FIRING else f"alert:{alert.id}:{word}"
    if word is Word.REMINDER:
        return f"{key}:{step.number}"
    return key if word is Word.RESOLVED or step.kind == "opened" else f"{key}:{alert.revision}"
