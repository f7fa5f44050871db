"""The rows that `decide` looks at, as it wants them: for telling, deciding again and explaining."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from uuid import UUID

import structlog
from sqlalchemy import Connection

from adapters.channels.base import Channel, Lane
from adapters.channels.registry import CHANNELS
from adapters.secret_box import SecretBox, UnreadableSecretError
from adapters.telemetry.seldom import say_seldom
from domain.alert_rules import INHIBITS, EventType
from domain.alert_settings import AlertSettings
from domain.decisions import AlertView, ChannelView, Decision, Reason, Settings, Told
from domain.delivery_life import IN_FLIGHT, WAITING, DeliveryState
from domain.messages import MessageKind
from models.alerts.settings import settings_of
from models.alerts.store import AlertRow, open_alerts_of
from models.channels.store import ChannelRow, every_channel_of, unsubscribed_of
from models.deliveries.store import Beginning, beginnings_of, last_places, waiting_by_target
from services.channels.sealing import open_settings

_ENDS = frozenset((MessageKind.RESOLVED,))
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Target:
    """A channel, and one address of it."""

    row: ChannelRow
    channel: Channel
    address: str

    def story(self, of: UUID) -> str:
        """Channel, alert and address: the order inside it is kept, and it is the provider's key."""
        address = f":{address_hash(self.address)[:12]}" if self.address else ""
        return f"{self.row.id.hex}:{of.hex}{address}"

    def lane(self, story: str) -> str:
        return story if self.channel.lane is Lane.ALERT else self.row.id.hex


@dataclass(slots=True)
class Mailed:
    """The mail addresses that a thing goes to at once: no second channel sends it there as well."""

    _addresses: set[str] = field(default_factory=set)

    def has(self, target: Target) -> bool:
        return target.address.lower() in self._addresses

    def note(self, target: Target, decision: Decision) -> None:
        is_paused = decision.reason is Reason.PROVIDER_ASKED_TO_WAIT  # it goes in its turn
        if is_paused or decision.state in (DeliveryState.QUEUED, DeliveryState.DIGESTED):
            self.note_address(target.address)

    def note_address(self, address: str) -> None:
        if address:
            self._addresses.add(address.lower())


@dataclass(slots=True)
class Situation:
    """What is known of some guilds when something is to be told or decided again.

    It learns with each delivery that is written (`note`), so that several at once see each other.
    """

    settings: dict[int, Settings]
    _targets: dict[int, list[Target]]
    _unsubscribed: set[tuple[UUID, str]]
    _told: dict[str, Told] = field(default_factory=dict)
    _waiting: dict[tuple[UUID, str], int] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)

    def targets(self, guild_id: int) -> list[Target]:
        """What the guild is told of alerts through: no channel of a scheduled report alone."""
        return [target for target in self._staying(guild_id) if target.row.schedule_id is None]

    def targets_of_channel(self, guild_id: int, channel_id: UUID) -> list[Target]:
        """The addresses of one channel, of whichever kind of use; none where it is taken away."""
        return [target for target in self._staying(guild_id) if target.row.id == channel_id]

    def target(self, guild_id: int, channel_id: UUID, address: str) -> Target | None:
        """None when the channel, or this address of it, is gone; also of one on its way out."""
        for target in self._of(guild_id):
            if (target.row.id, target.address) == (channel_id, address):
                return target
        return None

    def _staying(self, guild_id: int) -> list[Target]:
        return [target for target in self._of(guild_id) if target.row.leaving_ms is None]

    def _of(self, guild_id: int) -> list[Target]:
        return self._targets.get(guild_id, [])

    def view(self, target: Target, story: str, schedule_id: UUID | None = None) -> ChannelView:
        """`schedule_id`: of a report, which an address may have stopped by itself."""
        row, channel = target.row, target.channel
        hash = address_hash(target.address)
        return ChannelView(
            keeps_incidents=keeps_incidents(channel),
            takes=channel.takes,
            shows_state=channel.shows_state,
            is_enabled=row.enabled,
            is_broken=row.state == "broken",
            threshold=row.threshold,
            events=row.events,
            after_minutes=row.after_minutes,
            let_through=row.let_through,
            blocked_until_ms=row.blocked_until_ms,
            is_unsubscribed=not self._unsubscribed.isdisjoint(
                (id, hash) for id in (row.id, schedule_id) if id is not None
            ),
            told=self._told.get(story, Told.NO),
            waiting=self._waiting.get((row.id, target.address), 0),
        )

    def next_place(self, story: str) -> int:
        place = self._places[story] = self._places.get(story, 0) + 1
        return place

    def note(self, story: str, kind: MessageKind, state: DeliveryState) -> None:
        if kind is not MessageKind.FIRING:
            return
        if state in WAITING or state in IN_FLIGHT:
            told = Told.PENDING
        else:
            told = Told.HELD if state is DeliveryState.HELD else Told.NO
        self._told[story] = _surer(self._told.get(story, Told.NO), told)


def situation_of(
    connection: Connection,
    secrets: SecretBox,
    guild_ids: Collection[int],
    alert_ids: Collection[UUID],
) -> Situation:
    guilds = sorted(guild_ids)
    rows = every_channel_of(connection, guilds, with_leaving=True)
    inhibitors: dict[int, set[str]] = defaultdict(set)
    for alert in open_alerts_of(connection, guilds):
        inhibitors[alert.guild_id].add(alert.event_type)
    settings = {
        guild_id: guild_settings(chosen, inhibitors[guild_id])
        for guild_id, chosen in settings_of(connection, guilds).items()
    }
    if not rows:
        return Situation(settings, {}, set())
    told: dict[str, Told] = {}
    if alert_ids:
        for beginning in beginnings_of(connection, guilds, alert_ids):
            before = told.get(beginning.story, Told.NO)
            told[beginning.story] = _surer(before, _told(beginning))
    return Situation(
        settings,
        _by_guild(secrets, rows),
        unsubscribed_of(connection, guilds),
        told,
        waiting_by_target(connection, guilds),
    )


def situation_to_tell(
    connection: Connection,
    secrets: SecretBox,
    guild_ids: Collection[int],
    alert_ids: Collection[UUID],
) -> Situation:
    """The same where something is to be written behind what these stories have."""
    places = last_places(connection, guild_ids, alert_ids) if alert_ids else {}
    return replace(situation_of(connection, secrets, guild_ids, alert_ids), _places=places)


def guild_settings(chosen: AlertSettings, open_types: Iterable[str]) -> Settings:
    inhibited = [INHIBITS.get(EventType(name), frozenset()) for name in open_types]
    return Settings(
        threshold=chosen.threshold,
        enabled_events=chosen.enabled_events,
        muted_until_ms=chosen.muted_until_ms,
        quiet_hours=chosen.quiet_hours,
        inhibited=frozenset().union(*inhibited),
    )


def alert_view(alert: AlertRow | None) -> AlertView | None:
    if alert is None:
        return None
    return AlertView(
        is_open=alert.closed_ms is None,
        opened_ms=alert.opened_ms,
        is_acknowledged=alert.acknowledged_ms is not None,
        snoozed_until_ms=alert.snoozed_until_ms,
    )


def keeps_incidents(channel: Channel) -> bool:
    """PagerDuty and its like: incidents that open and close, and nothing else."""
    return MessageKind.DIGEST not in channel.takes


def last_words(channel: Channel) -> frozenset[MessageKind]:
    """What is said through a channel that was taken away: people have read what they were told, a
    pager would ring on for an alert whose end it never hears, a program waits for it.
    """
    return _ENDS if channel.lane is Lane.ALERT else frozenset()


def address_hash(address: str) -> str:
    return sha256(address.lower().encode()).hexdigest()


def _by_guild(secrets: SecretBox, rows: Iterable[ChannelRow]) -> dict[int, list[Target]]:
    targets: dict[int, list[Target]] = defaultdict(list)
    for row in rows:
        targets[row.guild_id] += _targets(secrets, row)
    return targets


def _targets(secrets: SecretBox, row: ChannelRow) -> Iterator[Target]:
    channel = CHANNELS.get(row.kind)
    if channel is None:
        return  # of a kind that is gone
    for address in _addresses(secrets, row, channel):
        yield Target(row, channel, address)


def _addresses(secrets: SecretBox, row: ChannelRow, channel: Channel) -> list[str]:
    """Without opening what is sealed where that says nothing of them."""
    if not channel.has_addresses:
        return channel.targets({})
    try:
        return channel.targets(open_settings(secrets, row))
    except UnreadableSecretError:
        # The delivery waits for the key: whose mail addresses these are only that can tell.
        where = {"channel_id": str(row.id), "guild_id": str(row.guild_id)}
        say_seldom(_log.error, "channel_unreadable", **where)
        return []


_SURENESS = (Told.NO, Told.HELD, Told.PENDING, Told.MAYBE)


def _surer(one: Told, other: Told) -> Told:
    return max(one, other, key=_SURENESS.index)


def _told(beginning: Beginning) -> Told:
    if beginning.may_have_arrived:
        return Told.MAYBE
    if beginning.is_on_its_way:
        return Told.PENDING
    return Told.HELD if beginning.is_held else Told.NO
