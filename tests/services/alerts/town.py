"""A guild with channels whose providers stand in for the real ones, and time that a test moves."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
from flask import Flask
from sqlalchemy import select

from domain.roles import Authenticated, Owner
from domain.windows import MINUTE_MS
from models.alerts.looks import note_listening
from models.alerts.store import AlertRow, alerts_by_id, list_alerts, trail_of
from models.channels.store import ChannelRow, insert_channel
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery
from models.notifications.tables import Notification
from models.outbox import OutboxEntry
from schemas.events.structs import Event
from services.alerts.sweep import sweep_alerts
from services.channels.sealing import sealed_settings
from services.container import Parts, build_parts
from services.deliveries.engine import deliver
from services.ingest.store import ingest_events
from services.notifications.preferences import put_preferences
from tests.adapters.channels.sample import SIGNING_SECRET, settings_of
from tests.parts import GUILD, NOW_MS, Clock, settings_for, still_app
from tests.servers.providers.hook import HookStandIn
from tests.servers.providers.pagerduty import PagerDutyStandIn
from tests.servers.providers.provider import Provider
from tests.servers.providers.slack import SlackStandIn
from tests.services.events import heartbeat, violation


@dataclass
class Town:
    """`slack`, `pager` and `hook` are servers of the test; channels to them are added as wanted."""

    parts: Parts
    clock: Clock
    slack: SlackStandIn
    pager: PagerDutyStandIn
    hook: HookStandIn
    channels: dict[str, UUID] = field(default_factory=dict)
    who: Authenticated[Owner] = field(default_factory=lambda: Authenticated(GUILD, 41, Owner))

    @property
    def providers(self) -> dict[str, Provider]:
        return {"slack": self.slack, "pagerduty": self.pager, "webhook": self.hook}

    def add_channel(self, kind: str, guild_id: int = GUILD, **fields: Any) -> UUID:
        settings = fields.pop("settings", None) or settings_of(kind, self.providers[kind].url)
        sealed, mask = sealed_settings(self.parts.secrets, kind, settings)
        row = ChannelRow(
            guild_id=guild_id,
            id=uuid4(),
            kind=kind,
            name=kind,
            settings=sealed,
            mask=mask,
            created_ms=self.clock(),
            updated_ms=self.clock(),
            **fields,
        )
        with self.parts.database.write() as connection:
            insert_channel(connection, row)
        self.channels[kind] = row.id
        return row.id

    def ingest(self, *events: Event, live: bool = True) -> None:
        ingest_events(self.parts.database, events, self.clock(), live=live)

    def listen(self) -> None:
        with self.parts.database.write() as connection:
            note_listening(connection, self.clock())

    def pass_time(self, ms: int, step_ms: int = 30_000, *, is_silent: bool = False) -> None:
        """As beat and the web process see it: a sweep and a sign of life every half minute.

        The bot says that it lives, unless it is silent.
        """
        until_ms = self.clock() + ms
        while self.clock() < until_ms:
            self.clock.advance(min(step_ms, until_ms - self.clock()))
            self.listen()
            if not is_silent:
                self.ingest(heartbeat(GUILD, self.clock()))
            self.sweep()

    def sweep(self) -> None:
        self.parts.materialise()
        sweep_alerts(self.parts)
        deliver(self.parts)

    def alerts(self) -> list[AlertRow]:
        with self.parts.database.read() as connection:
            return list_alerts(connection, GUILD, [], 100)

    def alert(self) -> AlertRow:
        (one,) = self.alerts()
        return one

    def again(self, alert: AlertRow) -> AlertRow:
        with self.parts.database.read() as connection:
            return alerts_by_id(connection, [GUILD], [alert.id])[alert.id]

    def trail(self, alert: AlertRow) -> list[str]:
        with self.parts.database.read() as connection:
            return [row.kind for row in trail_of(connection, GUILD, alert.id)]

    def deliveries(self, kind: str | None = None) -> list[DeliveryRow]:
        """In the order in which they were written; not those of changes to the settings."""
        query = delivery_columns().order_by(Delivery.created_ms, Delivery.seq)
        query = query.where(Delivery.event_type != "config_update")
        if kind is not None:
            query = query.where(Delivery.channel_kind == kind)
        with self.parts.database.read() as connection:
            return read_deliveries(connection, query)

    def states(self, kind: str | None = None) -> list[str]:
        return [f"{row.kind} {row.state} {row.reason}" for row in self.deliveries(kind)]

    def notified(self) -> list[str]:
        query = select(Notification.title).order_by(Notification.created_ms)
        with self.parts.database.read() as connection:
            return list(connection.scalars(query))

    def paged(self) -> list[str]:
        return [body["event_action"] for body in self.pager.accepted]

    def said(self) -> list[str]:
        """What came to Slack, each as its first words."""
        return [body["text"] for body in self.slack.accepted]

    def live_events(self, kind: str) -> list[dict[str, Any]]:
        query = select(OutboxEntry.events).order_by(OutboxEntry.event_offset)
        with self.parts.database.read() as connection:
            events = [one for text in connection.scalars(query) for one in orjson.loads(text)]
        return [one["data"] for one in events if one["type"] == kind]


def open_town(
    stack: ExitStack, database_url: str, folder: Path, *ports: int, **settings: str
) -> Town:
    """`ports`: of more providers on loopback."""
    clock = Clock(NOW_MS)
    slack, pager, hook = SlackStandIn(clock), PagerDutyStandIn(), HookStandIn()
    hook.secret = SIGNING_SECRET
    for provider in (slack, pager, hook):
        provider.start()
        stack.callback(provider.stop)
    ports += (slack.port, pager.port, hook.port)
    settings["OUTGOING_ALLOW"] = ", ".join(f"127.0.0.0/8:{port}" for port in ports)
    parts = build_parts(settings_for(database_url, folder, **settings), clock)
    # The test says when messages are sent.
    parts.deliverer.close()
    stack.callback(parts.close)
    town = Town(parts=parts, clock=clock, slack=slack, pager=pager, hook=hook)
    town.listen()
    return town


def app_of(town: Town) -> Flask:
    """The town's web process, but for its loops: what these do the test does, when it wants to."""
    return still_app(town.parts.settings, town.parts)


def raid(at_ms: int, count: int = 10, guild_id: int = GUILD) -> list[Any]:
    """So many violations within half a minute."""
    return [
        violation(guild_id, at_ms + 3_000 * place % 30_000, user_id=100 + place, severity="high")
        for place in range(count)
    ]


def wish(town: Town, **values: Any) -> None:
    put_preferences(town.parts, town.who, values)


def begin_raid(town: Town) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()


def keep_raiding(town: Town, minutes: int) -> None:
    for _ in range(minutes):
        town.ingest(*raid(town.clock() - 30_000))
        town.pass_time(MINUTE_MS, MINUTE_MS)
