"""Applying what was observed or done to alerts: state, trail, words and live events, together.

The caller holds the guilds' rows, so each alert has one writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection

from adapters.secret_box import SecretBox
from domain.alert_life import (
    Outcome,
    due_ms,
    observe,
)
from domain.alert_rules import INHIBITS, PRIORITY_OF, Condition, EventType
from domain.alert_states import (
    State,
    Step,
    Word,
)
from domain.alert_times import believed
from domain.decisions import Reason
from domain.guild_state import GuildState
from domain.windows import MINUTE_MS
from models.alerts.store import (
    AlertRow,
    Key,
    StateRow,
    TrailRow,
    add_trail,
    open_alerts_of,
    save_alerts,
    save_states,
    states_of,
)
from models.deliveries.dues import look_again
from models.deliveries.store import cancel_escalations
from services.alerts.notices import notices_of
from services.live.events import LiveEvent, live_event
from services.notifications.telling import queue_on, tell


@dataclass(frozen=True, slots=True)
class Seen:
    """What the figures say of one guild's event: `judge` gives the condition from the one before.

    until_ms: when the condition is over if nothing else is seen.
    """

    guild_id: int
    event_type: EventType
    judge: Callable[[Condition], Condition]
    value: float | None
    threshold: float | None
    until_ms: int | None = None

    @property
    def key(self) -> Key:
        return (self.guild_id, self.event_type.value)


@dataclass(frozen=True, slots=True)
class Turn:
    """A state before and after, the steps between, and the alert that was open."""

    before: StateRow
    after: StateRow
    steps: Sequence[Step]
    open_alert: AlertRow | None
    value: float | None = None
    threshold: float | None = None


def apply_seen(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    seen: Sequence[Seen],
    now_ms: int,
    reason: str = "condition_changed",
) -> bool:
    """Whether anything changed."""
    states = states_of(connection, guilds)
    alerts = {(row.guild_id, row.event_type): row for row in open_alerts_of(connection, guilds)}
    turns = []
    for one in seen:
        before = states.get(one.key) or StateRow(guild_id=one.guild_id, event_type=one.key[1])
        condition = one.judge(before.life.condition)
        turn = make_turn(
            before,
            observe(believed(before.life, now_ms), condition, now_ms, reason),
            alerts.get(one.key),
            value=one.value,
            threshold=one.threshold,
            until_ms=one.until_ms if condition is Condition.BAD else None,
        )
        if turn.before != turn.after:
            turns.append(turn)
    apply_turns(connection, secrets, guilds, turns, now_ms)
    return bool(turns)


def make_turn(
    before: StateRow,
    outcome: Outcome,
    open_alert: AlertRow | None,
    *,
    value: float | None = None,
    threshold: float | None = None,
    until_ms: int | None = None,
) -> Turn:
    life, steps = outcome
    changed = life != before.life
    after = replace(
        before,
        life=life,
        value=value if changed and value is not None else before.value,
        until_ms=until_ms,
        due_ms=_earliest(due_ms(life), until_ms),
    )
    return Turn(
        before=before,
        after=after,
        steps=steps,
        open_alert=open_alert,
        value=value,
        threshold=threshold,
    )


def apply_turns(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    turns: Sequence[Turn],
    now_ms: int,
    by: str | None = None,
) -> list[AlertRow]:
    """The alerts that changed, as they are now. `by`: the person who did it, as `user:1`."""
    if not turns:
        return []
    save_states(connection, [turn.after for turn in turns])
    changed: list[tuple[Turn, AlertRow]] = []
    for turn in turns:
        alert = _alert(turn, now_ms, by)
        if alert is not None:
            changed.append((turn, alert))
    save_alerts(connection, [alert for _, alert in changed])
    add_trail(connection, [row for pair in changed for row in _trail(*pair, now_ms, by)])
    for turn, alert in changed:
        _free_holds(connection, turn, alert, now_ms)
    notices = [
        notice
        for turn, alert in changed
        for notice in notices_of(alert, turn.steps, turn.value, by)
    ]
    tell(connection, secrets, guilds, notices, now_ms)
    _queue_events(connection, guilds, [alert for _, alert in changed], now_ms)
    return [alert for _, alert in changed]


def _alert(turn: Turn, now_ms: int, by: str | None) -> AlertRow | None:
    """The alert's row after the turn; None when no alert is concerned."""
    row, episode = turn.open_alert, turn.after.life.episode
    if episode is None and row is None:
        return None
    event_type = EventType(turn.after.event_type)
    if row is None:
        assert episode is not None
        row = AlertRow(
            guild_id=turn.after.guild_id,
            id=uuid4(),
            event_type=event_type.value,
            state=episode.state.value,
            priority=PRIORITY_OF[event_type].value,
            value=turn.value,
            threshold=turn.threshold,
            opened_ms=episode.opened_ms,
        )
    if episode is None:
        closed = next(step.closed for step in turn.steps if step.closed)
        return replace(
            row,
            state=State.RESOLVED.value,
            closed_ms=now_ms,
            closed_reason=closed,
            closed_by=by,
            remind_ms=None,
            revision=row.revision + 1,
        )
    return replace(
        row,
        state=episode.state.value,
        acknowledged_ms=episode.acknowledged_ms,
        acknowledged_by=row.acknowledged_by or (by if episode.acknowledged_ms else None),
        snoozed_until_ms=episode.snoozed_until_ms,
        reminders=episode.reminders,
        remind_ms=episode.remind_ms,
        revision=episode.revision,
    )


def _trail(turn: Turn, alert: AlertRow, now_ms: int, by: str | None) -> list[TrailRow]:
    details = {
        "condition": turn.after.life.condition.value,
        "state": alert.state,
        "value": turn.value,
        "threshold": turn.threshold,
    }
    return [
        TrailRow(
            guild_id=alert.guild_id,
            alert_id=alert.id,
            at_ms=now_ms,
            kind=step.kind,
            reason=step.reason,
            by=by,
            details=orjson.dumps(details).decode(),
        )
        for step in turn.steps
    ]


def _free_holds(connection: Connection, turn: Turn, alert: AlertRow, now_ms: int) -> None:
    """What was held for the sake of this alert need not be any more."""
    words = {step.word for step in turn.steps}
    if Word.ACKNOWLEDGED in words:
        cancel_escalations(connection, alert.guild_id, alert.id, "acknowledged", now_ms)
    if Word.RESOLVED in words:  # what has come due is decided when its hold is over
        reason, minutes = Reason.SUPERSEDED.value, (now_ms - alert.opened_ms) // MINUTE_MS
        cancel_escalations(connection, alert.guild_id, alert.id, reason, now_ms, minutes=minutes)
    is_inhibitor = EventType(alert.event_type) in INHIBITS
    # Also a new one: it may be shorter, and while the alert has no data or flaps, none ends.
    is_snooze = any(step.kind in ("snoozed", "snooze_ended") for step in turn.steps)
    if is_snooze or (is_inhibitor and alert.closed_ms is not None):
        look_again(connection, alert.guild_id, now_ms)


def _queue_events(
    connection: Connection,
    guilds: Mapping[int, GuildState],
    alerts: Sequence[AlertRow],
    now_ms: int,
) -> None:
    events: dict[int, list[LiveEvent]] = {}
    for alert in alerts:
        data: dict[str, Any] = {
            "id": str(alert.id),
            "event_type": alert.event_type,
            "state": alert.state,
            "revision": alert.revision,
        }
        events.setdefault(alert.guild_id, []).append(live_event("alert", now_ms, data))
    queue_on(connection, guilds, events, now_ms)


def _earliest(*instants: int | None) -> int | None:
    return min((ms for ms in instants if ms is not None), default=None)
