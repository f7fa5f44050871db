"""Hostile histories of alerts and deliveries: workers killed at every step, providers that fail,
bots that fall silent, people who mute, sleep, snooze, acknowledge, resolve and take channels away.

The real engine runs on a real database; only the providers are made up (`made_up.py`). After the
history everything is allowed to calm down, and then the promises are checked (`promises.py`).
"""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from domain.alert_rules import Condition, EventType
from domain.decisions import LetThrough
from domain.delivery_life import FINAL, LEASE_MS, DeliveryState, InDoubt
from domain.messages import MessageKind
from domain.quiet_hours import MINUTES_PER_DAY, time_of_day
from domain.roles import Authenticated, Owner
from domain.windows import HOUR_MS, MINUTE_MS
from models.alerts.store import AlertRow, open_alerts_of
from models.channels.store import ChannelRow, every_channel_of, insert_channel
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery
from models.guilds.guild import lock_guilds
from services.alerts.people import acknowledge_alert, resolve_alert, snooze_alert
from services.alerts.turns import Seen, apply_seen
from services.channels.changes import remove_channel
from services.channels.sealing import sealed_settings
from services.deliveries.claiming import claim_due
from services.deliveries.engine import take_over
from services.deliveries.explaining import ShownDecision, decisions_page, explain
from services.deliveries.holds import release_holds
from services.deliveries.leaving import let_go
from services.notifications.preferences import put_preferences
from tests.services.alerts.made_up import KINDS, KilledError, World
from tests.services.alerts.sending import send
from tests.services.alerts.town import Town
from tests.services.alerts.wishes import Wishes

GUILDS = count(50_000)
ALERT, ITS_CAUSE = EventType.HEALTH_SCORE_DROP, EventType.BOT_OFFLINE
AFTER_MINUTES = 10
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"let_through": LetThrough.CRITICAL},
    {"after_minutes": AFTER_MINUTES},
)


def live_through(town: Town, world: World) -> list[DeliveryRow]:
    """A history of one guild, and the calm after it; its deliveries as they are in the end."""
    history = History(town, world)
    for _ in range(world.random.randint(8, 24)):
        world.random.choice(history.acts)()
    world.faults = False
    history.calm_down()
    for hour in range(20):
        town.clock.advance(HOUR_MS)
        history.calm_down()
        history.work()
        take_over(town.parts)
        if hour > 2 and history.is_calm():
            break
    return history.rows()


class History:
    """What happens in one guild with a channel of each kind."""

    def __init__(self, town: Town, world: World) -> None:
        self.town, self.world, self.guild_id = town, world, next(GUILDS)
        self.who = Authenticated(self.guild_id, 41, Owner)
        self.channels = [self._add(kind.kind) for kind in KINDS]
        self.wishes = Wishes(town, world, self.guild_id, self.channels)
        world.now_ms, world.open_alerts = town.clock, self._acknowledged
        world.look = self.wishes.look
        self.acts = (
            *(self.turn_bad, self.turn_bad, self.turn_good, self.no_data, self.flap),
            *(self.work,) * 6,
            *(self.wait,) * 3,
            *(self.mute, self.unmute, self.acknowledge, self.snooze, self.resolve, self.remove),
            *(self.sleep, self.sleep, self.stay_awake, self.go_offline, self.come_back),
            *(getattr(self, name) for name in world.often * 3),
        )

    def turn_bad(self) -> None:
        """What `explain` says just before is what is decided then."""
        explained = explain(self.town.parts, self.who, ALERT, None, None).decisions
        before = self._open()
        self.turn(Condition.BAD)
        opened = [alert for alert in self._open() if alert.id not in {one.id for one in before}]
        for alert in opened:
            done = self._decided(alert)
            if done != (wanted := _by_channel(explained)):
                self.world.broken.append(f"explained as {wanted}, done as {done}")

    def turn_good(self) -> None:
        self.turn(Condition.GOOD)

    def flap(self) -> None:
        """To and fro within minutes, as often as it takes to be said, or nearly so."""
        for _ in range(self.world.random.randint(2, 5)):
            self.turn_bad()
            self.town.clock.advance(MINUTE_MS)
            self.turn_good()

    def no_data(self) -> None:
        self.turn(Condition.NONE)

    def go_offline(self) -> None:
        """What follows from it is held back from now on."""
        self.turn(Condition.BAD, ITS_CAUSE)

    def come_back(self) -> None:
        self.turn(Condition.GOOD, ITS_CAUSE)

    def calm_down(self) -> None:
        for event_type in (ITS_CAUSE, ALERT):
            self.turn(Condition.GOOD, event_type)

    def turn(self, condition: Condition, event_type: EventType = ALERT) -> None:
        seen = Seen(
            guild_id=self.guild_id,
            event_type=event_type,
            judge=lambda _: condition,
            value=40,
            threshold=50,
        )
        parts = self.town.parts
        with parts.database.write() as connection:
            guilds = lock_guilds(connection, [self.guild_id])
            apply_seen(connection, parts.secrets, guilds, [seen], self.town.clock())

    def wait(self) -> None:
        some_ms = (6_000, LEASE_MS, 3 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS)
        self.town.clock.advance(self.world.random.choice(some_ms))

    def work(self) -> None:
        """A worker comes, does what is due, and may be killed anywhere."""
        parts, claim = self.town.parts, uuid4()
        release_holds(parts)
        self.wishes.check_holds()
        take_over(parts)
        with suppress(KilledError):
            while jobs := claim_due(parts, claim, 4):
                for job in jobs:
                    send(parts, job, claim)
        let_go(parts)

    def mute(self) -> None:
        until_ms = self.town.clock() + self.world.random.choice((5, 90)) * MINUTE_MS
        self._put(muted_until=until_ms)

    def unmute(self) -> None:
        self._put(muted_until=None)

    def sleep(self) -> None:
        """Quiet hours that are there, or begin soon."""
        now_minute = self.town.clock() // MINUTE_MS
        start_minute = now_minute + self.world.random.choice((-30, 2, 60))
        end_minute = start_minute + self.world.random.choice((35, 480))
        start, end = (
            time_of_day(minute % MINUTES_PER_DAY) for minute in (start_minute, end_minute)
        )
        self._put(quiet_hours={"start": start, "end": end, "timezone": "UTC"})

    def stay_awake(self) -> None:
        self._put(quiet_hours=None)

    def acknowledge(self) -> None:
        for alert in self._open():
            acknowledge_alert(self.town.parts, self.who, alert.id, alert.revision)

    def snooze(self) -> None:
        until_ms = self.town.clock() + self.world.random.choice((5, 90)) * MINUTE_MS
        for alert in self._open():
            snooze_alert(self.town.parts, self.who, alert.id, alert.revision, until_ms)

    def resolve(self) -> None:
        for alert in self._open():
            resolve_alert(self.town.parts, self.who, alert.id, alert.revision)

    def remove(self) -> None:
        """One of three times, a channel that is there still."""
        left = [row for row in self.channels if row.id not in self.world.removed]
        if left and self.world.random.random() < 1 / 3:
            row = self.world.random.choice(left)
            remove_channel(self.town.parts, self.who, row.id)
            self.world.removed.add(row.id)

    def rows(self) -> list[DeliveryRow]:
        query = delivery_columns().where(Delivery.guild_id == self.guild_id)
        with self.town.parts.database.read() as connection:
            return read_deliveries(connection, query.order_by(Delivery.seq))

    def is_calm(self) -> bool:
        """Nothing more will come: no alert is open, and each delivery has come to its end."""
        with self.town.parts.database.read() as connection:
            channels = every_channel_of(connection, [self.guild_id], with_leaving=True)
        is_leaving = any(row.leaving_ms is not None for row in channels)
        is_over = all(row.state in FINAL for row in self.rows())
        return is_over and not is_leaving and not self._open()

    def _add(self, kind: str) -> ChannelRow:
        parts, now_ms = self.town.parts, self.town.clock()
        sealed, mask = sealed_settings(parts.secrets, kind, {"is": "there"})
        row = ChannelRow(
            guild_id=self.guild_id,
            id=uuid4(),
            kind=kind,
            name=kind,
            settings=sealed,
            mask=mask,
            in_doubt=InDoubt.REPORT,
            events=frozenset((ALERT, ITS_CAUSE)),  # not of what is changed here
            created_ms=now_ms,
            updated_ms=now_ms,
            **self.world.random.choice(CHOICES),
        )
        with parts.database.write() as connection:
            insert_channel(connection, row)
        return row

    def _put(self, **preferences: Any) -> None:
        put_preferences(self.town.parts, self.who, preferences)

    def _open(self) -> list[AlertRow]:
        with self.town.parts.database.read() as connection:
            return open_alerts_of(connection, [self.guild_id])

    def _acknowledged(self) -> dict[UUID, int | None]:
        return {alert.id: alert.acknowledged_ms for alert in self._open()}

    def _decided(self, alert: AlertRow) -> dict[str, tuple[str, str, str | None]]:
        rows = [row for row in self.rows() if row.alert_id == alert.id]
        (said,) = {row.notification_id for row in rows if row.kind == MessageKind.FIRING} or {None}
        if said is None:
            return {}
        page = decisions_page(self.town.parts.database, self.who, said)
        assert page is not None
        return _by_channel(page.decisions)


def _by_channel(
    decisions: list[ShownDecision],
) -> dict[str, tuple[str, str, str | None]]:
    return {one.channel.id: _as_written(one) for one in decisions}


def _as_written(one: ShownDecision) -> tuple[str, str, str | None]:
    """What will be bundled is queued until the channel's turn comes."""
    if one.reason == "bundled":
        return DeliveryState.QUEUED.value, "send", None
    return one.decision, one.reason, one.until
