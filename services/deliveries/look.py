"""One look at deliveries that may be sent: each is decided once more, by what is known now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from adapters.secret_box import SecretBox
from domain.alert_rules import EventType
from domain.decisions import Decision, Event, Reason, decide, decide_asked, decide_summary
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from models.alerts.store import AlertRow, alerts_by_id
from models.deliveries.sendable import waking_summaries
from models.deliveries.store import DeliveryRow, change_delivery
from services.deliveries.aside import Failed
from services.deliveries.compose import is_erased, schedules_of
from services.deliveries.shares import Shares
from services.deliveries.summaries import summarise
from services.deliveries.views import Situation, Target, alert_view, last_words, situation_of

_SUMMARIES = frozenset((MessageKind.DIGEST, MessageKind.BUNDLED))
# What was decided as a whole: their parts were, or a person asked for it.
_DECIDED = _SUMMARIES | {MessageKind.TEST, MessageKind.REPORT}


def look_at(
    secrets: SecretBox,
    connection: Connection,
    rows: Sequence[DeliveryRow],
    shares: Shares,
    now_ms: int,
) -> Look:
    """Decide each of the rows, in their order; what is not to be sent is settled."""
    guilds = {row.guild_id for row in rows}
    alert_ids = {row.alert_id for row in rows if row.alert_id is not None}
    look = Look(
        connection=connection,
        situation=situation_of(connection, secrets, guilds, alert_ids),
        alerts=alerts_by_id(connection, guilds, alert_ids) if alert_ids else {},
        schedules=schedules_of(connection, rows),
        waking=waking_summaries(connection, [row for row in rows if _is_new_summary(row)]),
        shares=shares,
        now_ms=now_ms,
    )
    for row in rows:
        look.decide(row)
    return look


@dataclass(slots=True, kw_only=True)
class Look:
    """What is known of the rows, and what became of them.

    waking: summaries that could wake somebody
    failed: rows that could not be decided, each with why
    """

    connection: Connection
    situation: Situation
    alerts: Mapping[UUID, AlertRow]
    schedules: Mapping[UUID, UUID]
    waking: Collection[UUID]
    shares: Shares
    now_ms: int
    failed: list[Failed] = field(default_factory=list)
    _taken: dict[str, tuple[DeliveryRow, Target]] = field(default_factory=dict)
    _bundles: dict[tuple[UUID, str], list[DeliveryRow]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def decide(self, row: DeliveryRow) -> None:
        if is_erased(row, self.schedules):
            give_up(self.connection, row, "erased", self.now_ms)
        elif row.lane not in self._taken and self._has_room(row):
            self._decide_by_channel(row)

    def to_send(self) -> list[tuple[DeliveryRow, Target]]:
        """One a lane, bundles put together."""
        for row, target in self._bundled():
            self._taken.setdefault(row.lane, (row, target))
        return list(self._taken.values())

    def _has_room(self, row: DeliveryRow) -> bool:
        """In its guild's share, or in a bundle that has its place already."""
        return (row.channel_id, row.target) in self._bundles or not self._is_share_used_up(row)

    def _is_share_used_up(self, row: DeliveryRow) -> bool:
        return self.shares.is_used_up(row.guild_id)

    def _decide_by_channel(self, row: DeliveryRow) -> None:
        target = self.situation.target(row.guild_id, row.channel_id, row.target)
        try:
            decision = self._decision(row, target)
        except Exception as error:
            self.failed.append((row, error))  # it keeps nothing from the others
            return
        if decision.reason is Reason.BUNDLED:
            self._bundle(row)
        elif decision.state is DeliveryState.QUEUED and target is not None:
            self._take(row, target)
        else:
            _settle(self.connection, row, decision, self.now_ms)

    def _decision(self, row: DeliveryRow, target: Target | None) -> Decision:
        if target is None or _is_too_late(row, target):
            return Decision(DeliveryState.CANCELLED, Reason.CHANNEL_OFF)
        view = self.situation.view(target, row.story, self.schedules.get(row.id))
        settings = self.situation.settings[row.guild_id]
        if row.id in self.waking:
            return decide_summary(Priority(row.priority), view, settings, self.now_ms)
        if row.state == DeliveryState.RETRYING or row.kind in _DECIDED:
            return decide_asked(view)
        alert = alert_view(self.alerts.get(row.alert_id)) if row.alert_id else None
        return decide(_event(row), alert, view, settings, self.now_ms)

    def _bundle(self, row: DeliveryRow) -> None:
        rows = self._bundles[row.channel_id, row.target]
        if not rows:  # as many messages as they are, it is one to send
            self.shares.take(row.guild_id)
        rows.append(row)

    def _take(self, row: DeliveryRow, target: Target) -> None:
        if not self._is_share_used_up(row):
            self._taken[row.lane] = (row, target)
            self.shares.take(row.guild_id)

    def _bundled(self) -> Iterable[tuple[DeliveryRow, Target]]:
        kind = MessageKind.BUNDLED
        for (channel_id, address), rows in self._bundles.items():
            target = self.situation.target(rows[0].guild_id, channel_id, address)
            assert target is not None
            if len(rows) == 1:  # the others wait for something of their own
                yield rows[0], target
                continue
            now_ms = self.now_ms
            yield summarise(self.connection, rows, target, kind, kind.value, now_ms), target


def give_up(connection: Connection, row: DeliveryRow, reason: str, now_ms: int) -> None:
    cancelled = DeliveryState.CANCELLED.value
    change_delivery(connection, row, now_ms, state=cancelled, reason=reason, due_ms=None)


def _is_too_late(row: DeliveryRow, target: Target) -> bool:
    """Whether its channel was taken away, and this is none of its last words."""
    return target.row.leaving_ms is not None and row.kind not in last_words(target.channel)


def _is_new_summary(row: DeliveryRow) -> bool:
    """One that was put together earlier, and not tried yet: who was awake then may sleep."""
    return row.kind in _SUMMARIES and row.state == DeliveryState.QUEUED


def _event(row: DeliveryRow) -> Event:
    return Event(
        kind=MessageKind(row.kind),
        event_type=EventType(row.event_type),
        priority=Priority(row.priority),
        was_held=row.was_held,
    )


def _settle(connection: Connection, row: DeliveryRow, decision: Decision, now_ms: int) -> None:
    is_held = decision.state is DeliveryState.HELD
    # A summary only waits: held, it would go into another one.
    stays = is_held and row.kind in _SUMMARIES
    change_delivery(
        connection,
        row,
        now_ms,
        state=row.state if stays else decision.state.value,
        reason=decision.reason.value,
        due_ms=decision.due_ms,
        was_held=row.was_held or is_held,
    )
