"""Hostile histories of alerts and deliveries: workers killed at every step, providers that fail.

The real engine runs on a real database; only the two providers are made up, and remember all that
arrived. After the history everything is allowed to calm down, and then the promises are checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from random import Random
from typing import ClassVar
from uuid import UUID, uuid4

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.ways import Ways
from domain.alert_rules import Condition, EventType
from domain.attempts import Attempt, Outcome
from domain.delivery_life import FINAL, LEASE_MS, InDoubt
from domain.messages import Message, MessageKind
from domain.windows import HOUR_MS, MINUTE_MS
from models.alerts.store import open_alerts_of
from models.channels.store import ChannelRow, insert_channel
from models.deliveries.claims import outcomes_of
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery
from models.guilds.guild import lock_guilds
from services.alerts.turns import Seen, apply_seen
from services.channels.sealing import sealed_settings
from services.deliveries.claiming import claim_due
from services.deliveries.engine import take_over
from services.deliveries.holds import release_holds
from tests.services.alerts.sending import send
from tests.services.alerts.town import Town

GUILDS = count(50_000)
ALERT = EventType.HEALTH_SCORE_DROP
EVERY = frozenset(MessageKind)


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


@dataclass
class World:
    """What arrived at the providers, in order, and what is to go wrong next."""

    random: Random
    faults: bool = True
    arrived: list[tuple[str, str, UUID]] = field(default_factory=list)  # story, kind, delivery

    def fault(self) -> Fault:
        if not self.faults or self.random.random() < 0.45:
            return Fault.NONE
        return self.random.choice(list(Fault))


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
            return Attempt(outcome=Outcome.NOT_SENT, reason="refused")
        on_sending()
        if fault is Fault.KILL_AFTER_MARK:
            raise KilledError
        if fault is Fault.CUT_BEFORE:
            return Attempt(outcome=Outcome.IN_DOUBT, reason="cut")
        if fault is Fault.BUSY:
            return Attempt(outcome=Outcome.WAIT, reason="http_429", retry_after_ms=30_000)
        if fault is Fault.GONE:
            return Attempt(outcome=Outcome.DEAD, reason="http_400")
        self.world.arrived.append((message.story, message.kind.value, message.delivery_id))
        if fault is Fault.KILL_AFTER_ARRIVAL:
            raise KilledError
        if fault is Fault.CUT:
            return Attempt(outcome=Outcome.IN_DOUBT, reason="cut")
        return Attempt(outcome=Outcome.SENT, reason="sent")


class Blind(MadeUp):
    kind = "blind"
    is_keyed = False


class Keyed(MadeUp):
    kind = "keyed"
    is_keyed = True
    lane = Lane.ALERT


def live_through(town: Town, world: World, turns: int = 14) -> list[DeliveryRow]:
    """A history of one guild, and the calm after it; its deliveries as they are in the end."""
    guild_id = next(GUILDS)
    for kind in ("blind", "keyed"):
        _add_channel(town, guild_id, kind)
    for _ in range(turns):
        act = world.random.choice((_turn_bad, _turn_good, _work, _work, _work, _wait))
        act(town, world, guild_id)
    world.faults = False
    _turn_good(town, world, guild_id)
    for hour in range(20):
        town.clock.advance(HOUR_MS)
        _see(town, guild_id, Condition.GOOD)
        _work(town, world, guild_id)
        take_over(town.parts)
        if hour > 2 and _is_calm(town, guild_id):
            break
    return _rows(town, guild_id)


def _rows(town: Town, guild_id: int) -> list[DeliveryRow]:
    query = delivery_columns().where(Delivery.guild_id == guild_id).order_by(Delivery.seq)
    with town.parts.database.read() as connection:
        return read_deliveries(connection, query)


def _is_calm(town: Town, guild_id: int) -> bool:
    """Nothing more will come: no alert is open, and each delivery has come to its end."""
    with town.parts.database.read() as connection:
        if open_alerts_of(connection, [guild_id]):
            return False
    return all(row.state in FINAL for row in _rows(town, guild_id))


def check(town: Town, world: World, rows: list[DeliveryRow]) -> None:
    """The promises."""
    blind = [arrival for arrival in world.arrived if _kind(rows, arrival[2]) == "blind"]
    assert len({id for _, _, id in blind}) == len(blind), "a blind provider got one twice"
    for row in rows:
        assert row.state in FINAL, f"{row.state} is no end"
        assert row.reason
    for story in {row.story for row in rows if row.alert_id}:
        _check_story(town, world, sorted(_of(rows, story), key=lambda row: row.seq))


def _check_story(town: Town, world: World, rows: list[DeliveryRow]) -> None:
    place = {row.id: row.seq for row in rows}
    first_arrivals: dict[UUID, int] = {}
    for number, (_, _, id) in enumerate(world.arrived):
        if id in place:
            first_arrivals.setdefault(id, number)
    order = [place[id] for id, _ in sorted(first_arrivals.items(), key=lambda pair: pair[1])]
    assert order == sorted(order), "the order of a story"
    beginnings = [row for row in rows if row.kind == MessageKind.FIRING]
    ends = [row for row in rows if row.kind == MessageKind.RESOLVED]
    with town.parts.database.read() as connection:
        tried = {row.id: outcomes_of(connection, row) for row in rows}
    may_know = any(set(tried[row.id]) & {"sent", "in_doubt"} for row in beginnings)
    arrived = any(row.id in first_arrivals for row in beginnings)
    assert may_know or not arrived, "what arrived is noted at least as a doubt"
    for end in ends:
        if arrived:
            assert tried[end.id], "an arrived beginning's end is tried"
        if not may_know:
            assert not tried[end.id], "no end of what surely never arrived"


def _kind(rows: list[DeliveryRow], id: UUID) -> str | None:
    return next((row.channel_kind for row in rows if row.id == id), None)


def _of(rows: list[DeliveryRow], story: str) -> list[DeliveryRow]:
    return [row for row in rows if row.story == story]


def _turn_bad(town: Town, world: World, guild_id: int) -> None:
    _see(town, guild_id, Condition.BAD)


def _turn_good(town: Town, world: World, guild_id: int) -> None:
    _see(town, guild_id, Condition.GOOD)


def _wait(town: Town, world: World, guild_id: int) -> None:
    town.clock.advance(world.random.choice((6_000, LEASE_MS, 3 * MINUTE_MS, HOUR_MS)))


def _work(town: Town, world: World, guild_id: int) -> None:
    """A worker comes, does what is due, and may be killed anywhere."""
    release_holds(town.parts)
    take_over(town.parts)
    claim = uuid4()
    with suppress(KilledError):
        while jobs := claim_due(town.parts, claim, 4):
            for job in jobs:
                send(town.parts, job, claim)


def _see(town: Town, guild_id: int, condition: Condition) -> None:
    seen = Seen(
        guild_id=guild_id, event_type=ALERT, judge=lambda _: condition, value=40, threshold=50
    )
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, [guild_id])
        apply_seen(connection, town.parts.secrets, guilds, [seen], town.clock())


def _add_channel(town: Town, guild_id: int, kind: str) -> None:
    sealed, mask = sealed_settings(town.parts.secrets, kind, {"is": "there"})
    row = ChannelRow(
        guild_id=guild_id,
        id=uuid4(),
        kind=kind,
        name=kind,
        settings=sealed,
        mask=mask,
        in_doubt=InDoubt.REPORT,
        created_ms=town.clock(),
        updated_ms=town.clock(),
    )
    with town.parts.database.write() as connection:
        insert_channel(connection, row)
