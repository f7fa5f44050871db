"""What people do about alerts. Each change carries the revision it was made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from domain.alert_life import (
    Outcome,
    acknowledge,
    resolve,
    snooze,
)
from domain.alert_states import (
    Life,
)
from domain.alert_times import believed
from domain.roles import Authenticated, Moderator
from models.alerts.store import AlertRow, StateRow, alerts_by_id, states_of
from services.alerts.turns import apply_turns, make_turn
from services.audit.change import Change, actor_of, audited
from services.container import Parts

Act = Callable[[Life, int], Outcome]


class StaleRevisionError(Exception):
    """The alert has changed since the caller saw it."""


class NoAlertError(Exception):
    """There is no such alert in this guild."""


def acknowledge_alert(
    parts: Parts, who: Authenticated[Moderator], id: UUID, revision: int | None
) -> AlertRow:
    """Raises NoAlertError, StaleRevisionError, AlertClosedError."""
    return _act(parts, who, id, revision, "alerts.acknowledge", acknowledge)


def snooze_alert(
    parts: Parts, who: Authenticated[Moderator], id: UUID, revision: int | None, until_ms: int
) -> AlertRow:
    """Raises SnoozeError as well."""
    return _act(
        parts, who, id, revision, "alerts.snooze", lambda life, now: snooze(life, until_ms, now)
    )


def resolve_alert(
    parts: Parts, who: Authenticated[Moderator], id: UUID, revision: int | None
) -> AlertRow:
    return _act(parts, who, id, revision, "alerts.resolve", resolve)


def _act(
    parts: Parts,
    who: Authenticated[Moderator],
    id: UUID,
    revision: int | None,
    action: str,
    act: Act,
) -> AlertRow:
    with audited(parts, who, action) as change:
        alert = alerts_by_id(change.connection, [who.guild_id], [id]).get(id)
        if alert is None:
            raise NoAlertError("there is no alert with this id in this server")
        if revision is not None and revision != alert.revision:
            raise StaleRevisionError(f"the alert has changed: it is at revision {alert.revision}")
        after = _apply(parts, change, alert, actor_of(who), act)
        change.details = {
            "alert_id": str(id),
            "event_type": alert.event_type,
            "before": alert.state,
            "after": after.state,
        }
        change.happened = after.revision != alert.revision
        change.has_told = change.happened
    return after


def _apply(parts: Parts, change: Change, alert: AlertRow, by: str, act: Act) -> AlertRow:
    now_ms = parts.clock()
    states = states_of(change.connection, [alert.guild_id])
    known = states.get((alert.guild_id, alert.event_type))
    state = known or StateRow(guild_id=alert.guild_id, event_type=alert.event_type)
    life = believed(replace(state.life, episode=alert.episode), now_ms)
    outcome = act(life, now_ms)
    if not outcome[1]:
        return alert
    turn = make_turn(state, outcome, alert, until_ms=state.until_ms)
    (after,) = apply_turns(change.connection, parts.secrets, change.guilds, [turn], now_ms, by)
    return after
