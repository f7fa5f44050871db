"""What people are not to be told just now, and what is held back for its sake.

Looked at whenever something is tried for the first time, and whenever holds were decided again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement

from domain.alert_rules import INHIBITS, EventType
from domain.decisions import LetThrough, Reason
from domain.delivery_life import DeliveryState
from domain.messages import Message, MessageKind
from domain.quiet_hours import quiet_until
from domain.windows import MINUTE_MS
from models.alerts.settings import settings_of
from models.alerts.store import AlertRow, alerts_by_id, open_alerts_of
from models.channels.store import ChannelRow
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery
from tests.services.alerts.made_up import World
from tests.services.alerts.town import Town

HELD_BY_PEOPLE = frozenset((MessageKind.FIRING, MessageKind.REMINDER))
SUMMARIES = frozenset((MessageKind.DIGEST, MessageKind.BUNDLED))


@dataclass(frozen=True)
class Now:
    """How things are; `inhibited`: what follows from an alert that is open."""

    at_ms: int
    is_muted: bool
    is_quiet: bool
    inhibited: Collection[EventType]
    alerts: dict[UUID, AlertRow]

    def is_snoozed(self, alert_id: UUID) -> bool:
        return (self.alerts[alert_id].snoozed_until_ms or 0) > self.at_ms


@dataclass(frozen=True)
class Wishes:
    town: Town
    world: World
    guild_id: int
    channels: list[ChannelRow]

    def look(self, message: Message) -> None:
        """They hold for what is tried for the first time."""
        (row,) = self._rows(Delivery.id == message.delivery_id)
        channel = next(one for one in self.channels if one.id == row.channel_id)
        is_held = row.alert_id is not None and message.kind in HELD_BY_PEOPLE
        if not is_held and not self._is_waking_summary(row):
            return
        now = self._now([row])
        if channel.let_through is LetThrough.NONE:
            self._look_at_night(message.kind, now)
        if is_held:
            self._look_at_alert(channel, row, now)

    def _is_waking_summary(self, row: DeliveryRow) -> bool:
        """One with more than ends in it, which pass."""
        if row.kind not in SUMMARIES:
            return False
        parts = self._rows(Delivery.digest_id == row.id)
        return any(part.kind in HELD_BY_PEOPLE for part in parts)

    def check_holds(self) -> None:
        """What is held is held for something that still is so: else nobody would ever be told."""
        held = self._rows(Delivery.state == DeliveryState.HELD)
        if not held:
            return
        now = self._now(held)
        for row in held:
            if not _is_so(row, now):
                self.world.broken.append(f"{row.kind} is held back: {row.reason}, which is over")

    def _look_at_night(self, kind: MessageKind, now: Now) -> None:
        if now.is_muted:
            self.world.broken.append(f"{kind} was told through a mute")
        if now.is_quiet:
            self.world.broken.append(f"{kind} was told through quiet hours")

    def _look_at_alert(self, channel: ChannelRow, row: DeliveryRow, now: Now) -> None:
        assert row.alert_id is not None
        broken = self.world.broken
        if now.is_snoozed(row.alert_id):
            broken.append(f"{row.kind} was told through a snooze")
        if row.event_type in now.inhibited:
            broken.append(f"{row.kind} was told beside its cause")
        if row.kind == MessageKind.FIRING and channel.after_minutes:
            self._look_at_escalation(channel, now.alerts[row.alert_id], now)

    def _look_at_escalation(self, channel: ChannelRow, alert: AlertRow, now: Now) -> None:
        due_ms = alert.opened_ms + channel.after_minutes * MINUTE_MS
        if now.at_ms < due_ms:
            self.world.broken.append("an escalation came before its time")
        if alert.acknowledged_ms is not None and alert.acknowledged_ms < due_ms:
            self.world.broken.append("an escalation came though somebody had acknowledged")

    def _rows(self, which: ColumnElement[bool]) -> list[DeliveryRow]:
        query = delivery_columns().where(Delivery.guild_id == self.guild_id, which)
        with self.town.parts.database.read() as connection:
            return read_deliveries(connection, query)

    def _now(self, rows: Collection[DeliveryRow]) -> Now:
        at_ms = self.town.clock()
        with self.town.parts.database.read() as connection:
            settings = settings_of(connection, [self.guild_id])[self.guild_id]
            ids = {row.alert_id for row in rows if row.alert_id is not None}
            alerts = alerts_by_id(connection, [self.guild_id], ids)
            causes = [
                EventType(one.event_type) for one in open_alerts_of(connection, [self.guild_id])
            ]
        return Now(
            at_ms=at_ms,
            is_muted=(settings.muted_until_ms or 0) > at_ms,
            is_quiet=quiet_until(settings.quiet_hours, at_ms) is not None,
            inhibited=frozenset().union(*(INHIBITS.get(cause, frozenset()) for cause in causes)),
            alerts=alerts,
        )


def _is_so(row: DeliveryRow, now: Now) -> bool:
    """Whether what it is held for still is; an escalation is looked at when it comes."""
    if row.reason == Reason.SNOOZED:
        assert row.alert_id is not None
        return now.is_snoozed(row.alert_id)
    still = {
        Reason.MUTED: now.is_muted,
        Reason.QUIET_HOURS: now.is_quiet,
        Reason.INHIBITED: row.event_type in now.inhibited,
    }
    return still.get(Reason(row.reason), True)
