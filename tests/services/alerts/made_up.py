"""Providers that are made up: they fail as a history wants it, and remember all that arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import ClassVar
from uuid import UUID

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.ways import Ways
from domain.attempts import Attempt, Outcome
from domain.messages import Message, MessageKind

EVERY = frozenset(MessageKind)
OF_INCIDENTS = frozenset((MessageKind.FIRING, MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED))


class KilledError(BaseException):
    """The worker ends here, without another word."""


class Fault(Enum):
    NONE = auto()
    KILL_BEFORE_MARK = auto()
    KILL_AFTER_MARK = auto()
    KILL_AFTER_ARRIVAL = auto()
    REFUSED = auto()  # surely not there
    CUT = auto()  # it arrived, and the answer did not
    CUT_BEFORE = auto()  # it did not arrive, and nobody knows
    BUSY = auto()  # 429
    GONE = auto()  # 400: dead


@dataclass(frozen=True)
class Arrival:
    """`open_alerts`: what was open just then, by when each was acknowledged."""

    story: str
    kind: MessageKind
    id: UUID
    at_ms: int
    open_alerts: dict[UUID, int | None]


@dataclass
class World:
    """What arrived at the providers, in order, and what is to go wrong next.

    tried    deliveries that were tried, so that a retry follows
    removed  channels that were taken away
    often    names of acts that are likelier than others
    broken   promises that did not hold just when something was tried or decided
    """

    random: Random
    faults: bool = True
    often: tuple[str, ...] = ()
    arrived: list[Arrival] = field(default_factory=list)
    tried: set[UUID] = field(default_factory=set)
    removed: set[UUID] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    now_ms: Callable[[], int] = lambda: 0
    open_alerts: Callable[[], dict[UUID, int | None]] = dict
    look: Callable[[Message], None] = lambda _message: None  # at what is tried for the first time

    def fault(self) -> Fault:
        if not self.faults or self.random.random() < 0.45:
            return Fault.NONE
        return self.random.choice(list(Fault))

    def note(self, message: Message) -> None:
        arrival = Arrival(
            message.story, message.kind, message.delivery_id, self.now_ms(), self.open_alerts()
        )
        self.arrived.append(arrival)

    def note_try(self, message: Message) -> None:
        if message.delivery_id not in self.tried:
            self.look(message)
        self.tried.add(message.delivery_id)


class MadeUp(Channel):
    """Keeps what arrives in its world; `is_keyed` ones drop a repeat of the same delivery."""

    label = "made up"
    fields: ClassVar[tuple[Field, ...]] = ()
    lane = Lane.CHANNEL
    takes = EVERY
    setup = ()
    leaves = ""

    def __init__(self, world: World) -> None:
        self.world = world

    def secrets(self, settings: Settings) -> Iterable[str]:
        return ()

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        fault = self.world.fault()
        if fault is Fault.KILL_BEFORE_MARK:
            raise KilledError
        if fault is Fault.REFUSED:
            self.world.note_try(message)
            return Attempt(outcome=Outcome.NOT_SENT, reason="refused")
        on_sending()
        self.world.note_try(message)
        return self._answer(message, fault)

    def _answer(self, message: Message, fault: Fault) -> Attempt:
        if fault is Fault.KILL_AFTER_MARK:
            raise KilledError
        if fault is Fault.CUT_BEFORE:
            return Attempt(outcome=Outcome.IN_DOUBT, reason="cut")
        if fault is Fault.BUSY:
            return Attempt(outcome=Outcome.WAIT, reason="http_429", retry_after_ms=30_000)
        if fault is Fault.GONE:
            return Attempt(outcome=Outcome.DEAD, reason="http_400")
        self.world.note(message)
        if fault is Fault.KILL_AFTER_ARRIVAL:
            raise KilledError
        if fault is Fault.CUT:
            return Attempt(outcome=Outcome.IN_DOUBT, reason="cut")
        return Attempt(outcome=Outcome.SENT, reason="sent")


class Blind(MadeUp):
    """As Slack is."""

    kind = "blind"
    is_keyed = False


class Keyed(MadeUp):
    """As a webhook is."""

    kind = "keyed"
    is_keyed = True
    lane = Lane.ALERT
    shows_state = True


class Pager(MadeUp):
    kind = "pager"
    is_keyed = True
    lane = Lane.ALERT
    takes = OF_INCIDENTS


KINDS = (Blind, Keyed, Pager)
