"""`decide`: each reason once, their order, and what passes every hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert_rules import EventType
from domain.decisions import (
    LOOK_AGAIN_MS,
    AlertView,
    ChannelView,
    Decision,
    Event,
    LetThrough,
    Reason,
    Settings,
    Told,
    decide,
)
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from domain.quiet_hours import QuietHours
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS

NOW = 20_000 * DAY_MS + 3 * HOUR_MS  # 03:00 UTC

EVERY_KIND = frozenset(MessageKind)

NIGHT = QuietHours(22 * 60, 7 * 60, "UTC")

FIRING = Event(
    kind=MessageKind.FIRING, event_type=EventType.HEALTH_SCORE_DROP, priority=Priority.CRITICAL
)

RESOLVED = replace(FIRING, kind=MessageKind.RESOLVED)

OPEN = AlertView(is_open=True, opened_ms=NOW)

OVER = replace(OPEN, is_open=False)

CHANNEL = ChannelView(keeps_incidents=False, takes=EVERY_KIND)

PAGER = replace(CHANNEL, keeps_incidents=True)

WISHES = Settings(threshold=Priority.LOW, enabled_events=frozenset(EventType))


def _reason(
    event: Event = FIRING,
    alert: AlertView | None = OPEN,
    channel: ChannelView = CHANNEL,
    wishes: Settings = WISHES,
) -> Decision:
    return decide(event, alert, channel, wishes, NOW)


def test_what_nothing_speaks_against_is_sent() -> None:
    assert _reason() == Decision(DeliveryState.QUEUED, Reason.SEND)


@pytest.mark.parametrize(
    ("changed", "reason", "state", "due_ms"),
    [
        ({"is_enabled": False}, "channel_off", "skipped", None),
        ({"is_broken": True}, "channel_broken", "skipped", None),
        ({"events": frozenset((EventType.BOT_OFFLINE,))}, "event_not_on_channel", "skipped", None),
        ({"takes": frozenset()}, "event_not_on_channel", "skipped", None),
        ({"is_unsubscribed": True}, "unsubscribed", "skipped", None),
        ({"is_duplicate": True}, "duplicate", "skipped", None),
        ({"after_minutes": 10}, "waiting_escalation", "held", NOW + 10 * MINUTE_MS),
        ({"blocked_until_ms": NOW + 5}, "provider_asked_to_wait", "held", NOW + 5),
        ({"waiting": 6}, "bundled", "digested", None),
        ({"waiting": 5}, "send", "queued", None),
    ],
)
def test_what_a_channel_decides(
    changed: dict[str, Any], reason: str, state: str, due_ms: int | None
) -> None:
    decision = _reason(channel=replace(CHANNEL, **changed))
    assert (decision.reason, decision.state, decision.due_ms) == (reason, state, due_ms)


@pytest.mark.parametrize(
    ("changed", "reason", "due_ms"),
    [
        ({"enabled_events": frozenset()}, "event_disabled", None),
        ({"inhibited": frozenset((FIRING.event_type,))}, "inhibited", NOW + LOOK_AGAIN_MS),
        ({"muted_until_ms": NOW + 1}, "muted", NOW + 1),
        ({"muted_until_ms": NOW}, "send", None),
        ({"quiet_hours": NIGHT}, "quiet_hours", NOW + 4 * HOUR_MS),
        # A mute that ends inside quiet hours: decided again then, and held on.
        ({"muted_until_ms": NOW + 1, "quiet_hours": NIGHT}, "muted", NOW + 1),
    ],
)
def test_what_the_guild_decides(changed: dict[str, Any], reason: str, due_ms: int | None) -> None:
    decision = _reason(wishes=replace(WISHES, **changed))
    assert (decision.reason, decision.due_ms) == (reason, due_ms)


def test_thresholds() -> None:
    low = replace(FIRING, priority=Priority.LOW)
    assert _reason(low, wishes=replace(WISHES, threshold=Priority.MEDIUM)).reason == (
        Reason.BELOW_THRESHOLD
    )
    assert _reason(low, channel=replace(CHANNEL, threshold=Priority.HIGH)).reason == (
        Reason.BELOW_CHANNEL_THRESHOLD
    )


def test_critical_is_let_through_where_a_channel_says_so() -> None:
    wishes = replace(WISHES, muted_until_ms=NOW + 1, quiet_hours=NIGHT)
    channel = replace(CHANNEL, let_through=LetThrough.CRITICAL)
    assert _reason(channel=channel, wishes=wishes).reason is Reason.SEND
    high = replace(FIRING, priority=Priority.HIGH)
    assert _reason(high, channel=channel, wishes=wishes).reason is Reason.MUTED
    inhibited = replace(wishes, inhibited=frozenset((FIRING.event_type,)))
    assert _reason(channel=channel, wishes=inhibited).reason is Reason.INHIBITED


def test_a_snooze_holds_until_it_ends() -> None:
    snoozed = replace(OPEN, snoozed_until_ms=NOW + HOUR_MS)
    decision = _reason(alert=snoozed)
    assert (decision.reason, decision.due_ms) == (Reason.SNOOZED, NOW + HOUR_MS)


@pytest.mark.parametrize(
    ("event", "alert", "channel", "wishes"),
    [
        (FIRING, replace(OPEN, snoozed_until_ms=NOW + 2 * DAY_MS), CHANNEL, WISHES),
        (FIRING, OPEN, CHANNEL, replace(WISHES, muted_until_ms=NOW + 2 * DAY_MS)),
        (FIRING, OPEN, replace(CHANNEL, blocked_until_ms=NOW + DAY_MS), WISHES),
        (FIRING, replace(OPEN, opened_ms=NOW + DAY_MS), replace(CHANNEL, after_minutes=60), WISHES),
        (replace(FIRING, group_until_ms=NOW + DAY_MS), OPEN, CHANNEL, WISHES),
    ],
    ids=["snooze", "mute", "block", "escalation", "group"],
)
def test_what_is_set_further_ahead_than_it_can_be_holds_nothing(
    event: Event, alert: AlertView, channel: ChannelView, wishes: Settings
) -> None:
    """The clock was ahead when it was set, and was set back since."""
    assert _reason(event, alert, channel, wishes).reason is Reason.SEND


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (Told.NO, Reason.NEVER_TOLD),
        (Told.HELD, Reason.SUPERSEDED),
        (Told.PENDING, Reason.SEND),
        (Told.MAYBE, Reason.SEND),
    ],
)
def test_the_end_goes_to_those_who_may_know_of_the_beginning(told: Told, reason: Reason) -> None:
    assert _reason(RESOLVED, OVER, replace(CHANNEL, told=told)).reason is reason


HOLDING = replace(
    WISHES,
    threshold=Priority.CRITICAL,
    enabled_events=frozenset(),
    muted_until_ms=NOW + HOUR_MS,
    quiet_hours=NIGHT,
    inhibited=frozenset(EventType),
)


@given(st.sampled_from([MessageKind.RESOLVED, MessageKind.ACKNOWLEDGED]))
def test_an_end_passes_settings_mutes_quiet_hours_and_snoozes(kind: MessageKind) -> None:
    event = replace(FIRING, kind=kind, priority=Priority.LOW)
    snoozed = replace(OVER, snoozed_until_ms=NOW + HOUR_MS)
    channel = replace(
        PAGER, told=Told.MAYBE, threshold=Priority.CRITICAL, events=frozenset(), after_minutes=60
    )
    assert _reason(event, snoozed, channel, HOLDING).reason is Reason.SEND
    blocked = replace(channel, blocked_until_ms=NOW + 1)
    assert _reason(event, snoozed, blocked, HOLDING).reason is Reason.PROVIDER_ASKED_TO_WAIT


def test_after_a_hold_what_is_over_is_superseded() -> None:
    held = replace(FIRING, was_held=True)
    assert _reason(held, OVER).reason is Reason.SUPERSEDED
    assert _reason(held, OPEN).reason is Reason.SEND
    # A pager rings for what nobody has seen yet; people are told that it was seen.
    seen = replace(OPEN, is_acknowledged=True)
    assert _reason(held, seen, PAGER).reason is Reason.SUPERSEDED
    assert _reason(held, seen, CHANNEL).reason is Reason.SEND
    # An escalation is for what nobody acknowledged, whatever has held it.
    escalation = replace(CHANNEL, after_minutes=10)
    muted = replace(WISHES, muted_until_ms=NOW + 1)
    assert _reason(held, seen, escalation, muted).reason is Reason.SUPERSEDED


def test_an_escalation_is_not_told_of_what_somebody_looks_after() -> None:
    """Also of one that settles after it flapped, which nothing has held."""
    seen = replace(OPEN, is_acknowledged=True)
    escalation = replace(CHANNEL, after_minutes=10)
    assert _reason(FIRING, seen, escalation).reason is Reason.SUPERSEDED
    assert _reason(FIRING, seen, CHANNEL).reason is Reason.SEND


def test_what_was_not_held_is_told_although_it_is_over() -> None:
    """Trigger and resolve go in order when a provider is back."""
    assert _reason(FIRING, OVER, PAGER).reason is Reason.SEND


def test_grouping_holds_until_its_end() -> None:
    event = Event(
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.NEW_VIOLATION,
        priority=Priority.HIGH,
        group_until_ms=NOW + 1,
    )
    assert _reason(event, None) == Decision(DeliveryState.HELD, Reason.GROUPED, NOW + 1)
    assert _reason(replace(event, group_until_ms=NOW), None).reason is Reason.SEND


def test_a_pager_gets_no_bundle() -> None:
    assert _reason(channel=replace(PAGER, waiting=60)).reason is Reason.SEND


@pytest.mark.parametrize("kind", [MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED])
def test_what_changes_a_message_that_is_there_goes_into_no_bundle(kind: MessageKind) -> None:
    event, channel = replace(FIRING, kind=kind), replace(CHANNEL, told=Told.MAYBE, waiting=60)
    assert _reason(event, OVER, channel).reason is Reason.BUNDLED
    assert _reason(event, OVER, replace(channel, shows_state=True)).reason is Reason.SEND
    assert _reason(channel=replace(channel, shows_state=True)).reason is Reason.BUNDLED


@pytest.mark.parametrize(
    ("event_type", "reason"),
    [
        (EventType.NEW_VIOLATION, Reason.EVENT_NOT_ON_CHANNEL),
        (EventType.MASS_VIOLATIONS, Reason.EVENT_NOT_ON_CHANNEL),  # found afterwards
        (EventType.CHANNEL_FAILED, Reason.SEND),
    ],
)
def test_a_pager_rings_for_incidents_only(event_type: EventType, reason: Reason) -> None:
    event = Event(kind=MessageKind.NOTIFICATION, event_type=event_type, priority=Priority.HIGH)
    assert _reason(event, None, PAGER).reason is reason
    assert _reason(event, None, CHANNEL).reason is Reason.SEND
