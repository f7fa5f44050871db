"""What becomes of one event on one channel, and the named reason for it.

`decide` is asked when a delivery is written, when a hold is over, when it is claimed, and by the
dry run "what would happen now, or at 03:00?": the explanation cannot differ from the behaviour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from domain.alert_life import LONGEST_SNOOZE_MS
from domain.alert_rules import EventType, reaches
from domain.alert_settings import LONGEST_MUTE_MS
from domain.clock import is_ahead
from domain.delivery_life import LONGEST_BLOCK_MS, DeliveryState
from domain.messages import MessageKind, Priority
from domain.quiet_hours import QuietHours, quiet_until
from domain.windows import MINUTE_MS

LOOK_AGAIN_MS = 5 * MINUTE_MS  # a hold without an end of its own, should its cause's end be missed
GROUP_MS = 5 * MINUTE_MS  # new_violation, config_update: the first at once, then one digest
MOST_WAITING = 5  # of a channel of people; more become one message


class Reason(StrEnum):
    """In the order in which they are looked at: the first that applies is the answer."""

    CHANNEL_OFF = "channel_off"
    CHANNEL_BROKEN = "channel_broken"
    EVENT_DISABLED = "event_disabled"
    EVENT_NOT_ON_CHANNEL = "event_not_on_channel"
    BELOW_THRESHOLD = "below_threshold"
    BELOW_CHANNEL_THRESHOLD = "below_channel_threshold"
    UNSUBSCRIBED = "unsubscribed"
    DUPLICATE = "duplicate"
    NEVER_TOLD = "never_told"
    SUPERSEDED = "superseded"
    INHIBITED = "inhibited"
    SNOOZED = "snoozed"
    MUTED = "muted"
    QUIET_HOURS = "quiet_hours"
    WAITING_ESCALATION = "waiting_escalation"
    PROVIDER_ASKED_TO_WAIT = "provider_asked_to_wait"
    GROUPED = "grouped"
    BUNDLED = "bundled"
    SEND = "send"


class LetThrough(StrEnum):
    """What passes a mute and quiet hours on a channel."""

    NONE = "none"
    CRITICAL = "critical"


class Told(StrEnum):
    """Whether the beginning of the story has reached this channel."""

    NO = "no"  # surely not, and it will not
    HELD = "held"  # it waits for the end of a hold
    PENDING = "pending"  # it is on its way
    MAYBE = "maybe"  # one of its attempts may have arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is to be told. `group_until_ms`: until when its like go into one digest."""

    kind: MessageKind
    event_type: EventType
    priority: Priority
    group_until_ms: int | None = None
    was_held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """The alert that the event tells of."""

    is_open: bool
    opened_ms: int
    is_acknowledged: bool = False
    snoozed_until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel and one target of it.

    keeps_incidents  PagerDuty, Opsgenie and their like: alerts only, no digests, one trigger
    shows_state      what was told goes on showing how its alert stands: each change has to arrive
    takes            kinds of messages that mean something there
    events           None: all of them
    waiting          deliveries queued for it
    """

    keeps_incidents: bool
    takes: frozenset[MessageKind]
    shows_state: bool = False
    is_enabled: bool = True
    is_broken: bool = False
    threshold: Priority = Priority.LOW
    events: frozenset[EventType] | None = None
    after_minutes: int = 0
    let_through: LetThrough = LetThrough.NONE
    blocked_until_ms: int | None = None
    is_unsubscribed: bool = False
    is_duplicate: bool = False
    told: Told = Told.NO
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the guild wants. `inhibited`: events whose cause is told already, by an open alert."""

    threshold: Priority
    enabled_events: frozenset[EventType]
    muted_until_ms: int | None = None
    quiet_hours: QuietHours | None = None
    inhibited: frozenset[EventType] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """`due_ms`: when a hold is decided again; None for what is no hold."""

    state: DeliveryState
    reason: Reason
    due_ms: int | None = None


_FOLLOWS = frozenset((MessageKind.REMINDER, MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED))
PASSES = frozenset((MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED))
_INCIDENTS = frozenset((EventType.CHANNEL_FAILED, EventType.REPORT_FAILED))
Ruling = tuple[Reason, int | None]


def decide(
    event: Event, alert: AlertView | None, channel: ChannelView, settings: Settings, now_ms: int
) -> Decision:
    """The first reason that applies, in the order of `Reason`.

    Those who may know of the beginning are told the end through settings, mutes, quiet hours and
    snoozes; those who surely do not are not.
    """
    for reason, due_ms in rulings(event, alert, channel, settings, now_ms):
        return Decision(_STATES.get(reason, DeliveryState.SKIPPED), reason, due_ms)
    return Decision(DeliveryState.QUEUED, Reason.SEND)


def decide_asked(channel: ChannelView) -> Decision:
    """For what was decided as a whole, or chosen by people: only the channel itself speaks."""
    reasons = (reason for reason, _ in chain(_off(channel), _target(channel)))
    reason = next(reasons, Reason.SEND)
    return Decision(_STATES.get(reason, DeliveryState.SKIPPED), reason)


def decide_summary(
    priority: Priority, channel: ChannelView, settings: Settings, now_ms: int
) -> Decision:
    """For a digest or bundle, each part of which was decided: people may sleep since."""
    night = _night(priority, channel, settings, now_ms)
    for reason, due_ms in chain(_off(channel), _target(channel), night):
        return Decision(_STATES.get(reason, DeliveryState.SKIPPED), reason, due_ms)
    return Decision(DeliveryState.QUEUED, Reason.SEND)


def rulings(
    event: Event, alert: AlertView | None, channel: ChannelView, settings: Settings, now_ms: int
) -> Iterator[Ruling]:
    passes = event.kind in PASSES and channel.told in (Told.MAYBE, Told.PENDING)
    yield from _off(channel)
    yield from _wishes(event, channel, settings, passes)
    yield from _target(channel)
    yield from _story(event, alert, channel)
    if not passes:
        yield from _holds(event, alert, channel, settings, now_ms)
        if alert is not None and event.kind is MessageKind.FIRING:
            yield from _escalation(alert, channel, now_ms)
    if is_ahead(channel.blocked_until_ms, now_ms, LONGEST_BLOCK_MS):
        yield Reason.PROVIDER_ASKED_TO_WAIT, channel.blocked_until_ms
    if is_ahead(event.group_until_ms, now_ms, GROUP_MS):
        yield Reason.GROUPED, event.group_until_ms
    if channel.waiting > MOST_WAITING and not _stands_alone(event, channel):
        yield Reason.BUNDLED, None


def _stands_alone(event: Event, channel: ChannelView) -> bool:
    """What moves an incident or edits a message is nothing to read in a bundle."""
    return channel.keeps_incidents or (channel.shows_state and event.kind in PASSES)


def _off(channel: ChannelView) -> Iterator[Ruling]:
    if not channel.is_enabled:
        yield Reason.CHANNEL_OFF, None
    if channel.is_broken:
        yield Reason.CHANNEL_BROKEN, None


def _wishes(
    event: Event, channel: ChannelView, settings: Settings, passes: bool
) -> Iterator[Ruling]:
    if not passes and event.event_type not in settings.enabled_events:
        yield Reason.EVENT_DISABLED, None
    is_chosen = passes or channel.events is None or event.event_type in channel.events
    if not is_chosen or event.kind not in channel.takes or _is_no_incident(event, channel):
        yield Reason.EVENT_NOT_ON_CHANNEL, None
    if passes:
        return
    if not reaches(event.priority, settings.threshold):
        yield Reason.BELOW_THRESHOLD, None
    if not reaches(event.priority, channel.threshold):
        yield Reason.BELOW_CHANNEL_THRESHOLD, None


def _is_no_incident(event: Event, channel: ChannelView) -> bool:
    """A pager rings for what needs a person: alerts, and what we ourselves cannot do any more."""
    is_note = event.kind is MessageKind.NOTIFICATION
    return channel.keeps_incidents and is_note and event.event_type not in _INCIDENTS


def _target(channel: ChannelView) -> Iterator[Ruling]:
    if channel.is_unsubscribed:
        yield Reason.UNSUBSCRIBED, None
    if channel.is_duplicate:
        yield Reason.DUPLICATE, None


def _story(event: Event, alert: AlertView | None, channel: ChannelView) -> Iterator[Ruling]:
    """Where the story stands: nobody hears of the end of what they never heard of."""
    if event.kind in _FOLLOWS and channel.told is Told.NO:
        yield Reason.NEVER_TOLD, None
    if event.kind in _FOLLOWS and channel.told is Told.HELD:
        yield Reason.SUPERSEDED, None
    if alert is None or event.kind in PASSES:
        return
    is_over = event.was_held and not alert.is_open
    # A pager and an escalation are for what nobody looks after; other people hear that one does.
    is_for_nobody = channel.after_minutes > 0 or (event.was_held and channel.keeps_incidents)
    if is_over or (alert.is_acknowledged and is_for_nobody):
        yield Reason.SUPERSEDED, None


def _holds(
    event: Event,
    alert: AlertView | None,
    channel: ChannelView,
    settings: Settings,
    now_ms: int,
) -> Iterator[Ruling]:
    if event.event_type in settings.inhibited:
        yield Reason.INHIBITED, now_ms + LOOK_AGAIN_MS
    if alert is not None and is_ahead(alert.snoozed_until_ms, now_ms, LONGEST_SNOOZE_MS):
        yield Reason.SNOOZED, alert.snoozed_until_ms
    yield from _night(event.priority, channel, settings, now_ms)


def _night(
    priority: Priority, channel: ChannelView, settings: Settings, now_ms: int
) -> Iterator[Ruling]:
    if priority is Priority.CRITICAL and channel.let_through is LetThrough.CRITICAL:
        return
    if is_ahead(settings.muted_until_ms, now_ms, LONGEST_MUTE_MS):
        yield Reason.MUTED, settings.muted_until_ms
    quiet_until_ms = quiet_until(settings.quiet_hours, now_ms)
    if quiet_until_ms is not None:
        yield Reason.QUIET_HOURS, quiet_until_ms


def _escalation(alert: AlertView, channel: ChannelView, now_ms: int) -> Iterator[Ruling]:
    longest_ms = channel.after_minutes * MINUTE_MS
    due_ms = alert.opened_ms + longest_ms
    if channel.after_minutes and is_ahead(due_ms, now_ms, longest_ms):
        yield Reason.WAITING_ESCALATION, due_ms


HOLDS = frozenset(
    (
        Reason.INHIBITED,
        Reason.SNOOZED,
        Reason.MUTED,
        Reason.QUIET_HOURS,
        Reason.WAITING_ESCALATION,
        Reason.PROVIDER_ASKED_TO_WAIT,
    )
)
_STATES: dict[Reason, DeliveryState] = {
    **dict.fromkeys((*HOLDS, Reason.GROUPED), DeliveryState.HELD),
    Reason.SUPERSEDED: DeliveryState.CANCELLED,
    Reason.BUNDLED: DeliveryState.DIGESTED,
    Reason.SEND: DeliveryState.QUEUED,
}
