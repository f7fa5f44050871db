"""`decide` whatever it is asked: the order of its reasons, and when it holds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.alert_rules import EventType
from domain.decisions import (
    HOLDS,
    AlertView,
    ChannelView,
    Event,
    LetThrough,
    Reason,
    Settings,
    Told,
    decide,
    rulings,
)
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from domain.quiet_hours import QuietHours
from domain.windows import DAY_MS, HOUR_MS
from tests.parts import examples

NOW = 20_000 * DAY_MS + 3 * HOUR_MS  # 03:00 UTC
EVERY_KIND = frozenset(MessageKind)
NIGHT = QuietHours(22 * 60, 7 * 60, "UTC")
FLAGS = st.booleans()

EVENTS = st.builds(
    Event,
    kind=st.sampled_from(MessageKind),
    event_type=st.sampled_from(EventType),
    priority=st.sampled_from(Priority),
    group_until_ms=st.none() | st.integers(NOW - 2, NOW + 2),
    was_held=FLAGS,
)

ALERTS = st.none() | st.builds(
    AlertView,
    is_open=FLAGS,
    opened_ms=st.integers(NOW - HOUR_MS, NOW),
    is_acknowledged=FLAGS,
    snoozed_until_ms=st.none() | st.integers(NOW - 2, NOW + 2),
)

CHANNELS = st.builds(
    ChannelView,
    keeps_incidents=FLAGS,
    shows_state=FLAGS,
    takes=st.sampled_from([EVERY_KIND, EVERY_KIND - {MessageKind.ACKNOWLEDGED}]),
    is_enabled=FLAGS,
    is_broken=FLAGS,
    threshold=st.sampled_from(Priority),
    events=st.none() | st.frozensets(st.sampled_from(EventType)),
    after_minutes=st.integers(0, 120),
    let_through=st.sampled_from(LetThrough),
    blocked_until_ms=st.none() | st.integers(NOW - 2, NOW + 2),
    is_unsubscribed=FLAGS,
    is_duplicate=FLAGS,
    told=st.sampled_from(Told),
    waiting=st.integers(0, 9),
)

GUILDS = st.builds(
    Settings,
    threshold=st.sampled_from(Priority),
    enabled_events=st.frozensets(st.sampled_from(EventType)),
    muted_until_ms=st.none() | st.integers(NOW - 2, NOW + 2),
    quiet_hours=st.none() | st.just(NIGHT),
    inhibited=st.frozensets(st.sampled_from(EventType)),
)


@settings(max_examples=examples(500))
@given(EVENTS, ALERTS, CHANNELS, GUILDS)
def test_reasons_are_looked_at_in_their_order(
    event: Event, alert: AlertView | None, channel: ChannelView, wishes: Settings
) -> None:
    """Whatever applies besides: the answer is the first of all that apply, in the order named."""
    order = list(Reason)
    found = [order.index(reason) for reason, _ in rulings(event, alert, channel, wishes, NOW)]
    assert found == sorted(found)


@settings(max_examples=examples(500))
@given(EVENTS, ALERTS, CHANNELS, GUILDS)
def test_holds_have_a_due_time_ahead_and_nothing_else_has_one(
    event: Event, alert: AlertView | None, channel: ChannelView, wishes: Settings
) -> None:
    decision = decide(event, alert, channel, wishes, NOW)
    is_hold = decision.reason in HOLDS or decision.reason is Reason.GROUPED
    assert is_hold == (decision.state is DeliveryState.HELD) == (decision.due_ms is not None)
    assert decision.due_ms is None or decision.due_ms > NOW


@settings(max_examples=examples(500))
@given(EVENTS, ALERTS, CHANNELS, GUILDS)
def test_who_surely_knows_nothing_is_not_told_the_end(
    event: Event, alert: AlertView | None, channel: ChannelView, wishes: Settings
) -> None:
    ending = replace(event, kind=MessageKind.RESOLVED)
    unaware = replace(channel, told=Told.NO)
    decision = decide(ending, alert, unaware, wishes, NOW)
    assert decision.state is DeliveryState.SKIPPED
