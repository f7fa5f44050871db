"""Telling of what happened: the in-app record, one delivery per channel and address, the trail and
the live event, in the transaction of the cause.

The caller holds the guilds' rows (`lock_guilds`), and wakes publisher and deliveries after commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection

from adapters.secret_box import SecretBox
from domain.alert_rules import EventType
from domain.alert_words import by_name
from domain.decisions import Decision, Event, Reason, decide
from domain.delivery_life import DeliveryState
from domain.guild_state import GuildState
from domain.messages import MessageKind, Priority
from models.alerts.store import AlertRow, TrailRow, add_trail
from models.deliveries.store import DeliveryRow, add_deliveries, targets_of
from models.guilds.guild import save_guilds
from models.notifications.inbox import NotificationRow, add_notifications
from models.notifications.tables import read_by_their_makers
from models.outbox import add_to_outbox
from services.deliveries.views import Mailed, Situation, Target, alert_view, situation_to_tell
from services.live.events import LiveEvent, notification_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to be told.

    dedup_key       about what happened: told once
    alert           the alert it tells of
    by              who did it, as `user:1`: has read it from the start
    """

    guild_id: int
    kind: MessageKind
    event_type: EventType
    priority: Priority
    dedup_key: str
    title: str
    message: str
    link: str | None = None
    alert: AlertRow | None = None
    group_until_ms: int | None = None
    by: str | None = None


def tell(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    notices: Sequence[Notice],
    now_ms: int,
) -> int:
    """How many of the notices were new. `guilds` are locked, and saved here with their offsets."""
    records = {_record(notice, now_ms): notice for notice in notices}
    new = add_notifications(connection, list(records))
    fresh = [(record, notice) for record, notice in records.items() if record.id in new]
    if not fresh:
        return 0
    read_by_their_makers(connection, [(one.guild_id, one.by, one.id) for one, _ in fresh if one.by])
    alerts = [notice.alert.id for _, notice in fresh if notice.alert is not None]
    guild_ids = {notice.guild_id for _, notice in fresh}
    situation = situation_to_tell(connection, secrets, guild_ids, alerts)
    rows = [row for pair in fresh for row in _deliveries(situation, *pair, now_ms)]
    add_decided(connection, rows)
    told = {row.subject for row in rows}
    begun = [record for record, notice in fresh if notice.kind is MessageKind.FIRING]
    untold = [record for record in begun if _subject(record) not in told]
    add_trail(connection, [_told_nowhere(one) for one in untold if one.alert_id is not None])
    _queue_live_events(connection, guilds, [record for record, _ in fresh], now_ms)
    return len(fresh)


def tell_channel(
    connection: Connection,
    secrets: SecretBox,
    record: NotificationRow,
    notice: Notice,
    channel_id: UUID,
    now_ms: int,
) -> list[DeliveryRow]:
    """The same on one channel, of what was told before the channel was there.

    What it was told already, or what was decided about it, stays as it is: returns what is new.
    """
    alerts = [] if notice.alert is None else [notice.alert.id]
    situation = situation_to_tell(connection, secrets, [notice.guild_id], alerts)
    known = targets_of(connection, notice.guild_id, f"notification:{record.id}", channel_id)
    rows = [
        row
        for row in _deliveries(situation, record, notice, now_ms)
        if row.channel_id == channel_id and row.target not in known
    ]
    add_decided(connection, rows)
    return rows


def new_delivery(
    situation: Situation,
    notice: Notice,
    target: Target,
    now_ms: int,
    *,
    subject: str,
    notification_id: UUID | None = None,
    is_duplicate: bool = False,
) -> DeliveryRow:
    """What is decided for a notice on a target, as a row to be written; the situation learns it."""
    id, alert_id = uuid4(), None if notice.alert is None else notice.alert.id
    story = target.story(alert_id or id)
    view = replace(situation.view(target, story), is_duplicate=is_duplicate)
    settings = situation.settings[notice.guild_id]
    event = Event(
        kind=notice.kind,
        event_type=notice.event_type,
        priority=notice.priority,
        group_until_ms=notice.group_until_ms,
    )
    decision = _as_row_state(decide(event, alert_view(notice.alert), view, settings, now_ms))
    situation.note(story, notice.kind, decision.state)
    return DeliveryRow(
        guild_id=notice.guild_id,
        id=id,
        subject=subject,
        notification_id=notification_id,
        alert_id=alert_id,
        kind=notice.kind.value,
        event_type=notice.event_type.value,
        priority=notice.priority.value,
        channel_id=target.row.id,
        channel_kind=target.row.kind,
        target=target.address,
        story=story,
        seq=situation.next_place(story),
        lane=target.lane(story),
        state=decision.state.value,
        reason=decision.reason.value,
        due_ms=_due_ms(decision, now_ms),
        created_ms=now_ms,
        updated_ms=now_ms,
        was_held=decision.state is DeliveryState.HELD,
    )


def add_decided(connection: Connection, rows: Sequence[DeliveryRow]) -> None:
    """Write them, and what was decided of alerts into their trails."""
    add_deliveries(connection, rows)
    add_trail(connection, [_trail(row) for row in rows if row.alert_id is not None])


def _record(notice: Notice, now_ms: int) -> NotificationRow:
    return NotificationRow(
        guild_id=notice.guild_id,
        id=uuid4(),
        event_type=notice.event_type.value,
        title=notice.title,
        message=_words(notice),
        priority=notice.priority.value,
        link=notice.link,
        created_ms=now_ms,
        dedup_key=notice.dedup_key,
        alert_id=None if notice.alert is None else notice.alert.id,
        by=notice.by,
    )


def _words(notice: Notice) -> str:
    """A person's name is put in when they are shown; a token has none."""
    is_token = (notice.by or "").startswith("token:")
    return by_name(notice.message, "An API token" if is_token else None)


def _deliveries(
    situation: Situation, record: NotificationRow, notice: Notice, now_ms: int
) -> Iterator[DeliveryRow]:
    mailed = Mailed()
    for target in situation.targets(notice.guild_id):
        row = new_delivery(
            situation,
            notice,
            target,
            now_ms,
            subject=_subject(record),
            notification_id=record.id,
            is_duplicate=mailed.has(target),
        )
        mailed.note(target, Decision(DeliveryState(row.state), Reason(row.reason)))
        yield row


def _as_row_state(decision: Decision) -> Decision:
    """What would be bundled is queued; the bundle is made when the channel's turn comes."""
    if decision.reason is Reason.BUNDLED:
        return Decision(DeliveryState.QUEUED, Reason.SEND)
    if decision.reason is Reason.PROVIDER_ASKED_TO_WAIT:
        # Not held back from people: the story goes on in its order when the provider is back.
        return replace(decision, state=DeliveryState.QUEUED)
    return decision


def _due_ms(decision: Decision, now_ms: int) -> int | None:
    is_queued = decision.state is DeliveryState.QUEUED
    return now_ms if is_queued and decision.due_ms is None else decision.due_ms


def _trail(row: DeliveryRow) -> TrailRow:
    assert row.alert_id is not None
    return TrailRow(
        guild_id=row.guild_id,
        alert_id=row.alert_id,
        at_ms=row.created_ms,
        kind=f"delivery_{row.state}",
        reason=row.reason,
        channel_id=row.channel_id,
        delivery_id=row.id,
        details=orjson.dumps({"told": row.kind, "due_ms": row.due_ms}).decode(),
    )


def _subject(record: NotificationRow) -> str:
    return f"notification:{record.id}"


def _told_nowhere(record: NotificationRow) -> TrailRow:
    """An alert that nobody was told of when it began: silence would look like a fault."""
    assert record.alert_id is not None
    return TrailRow(
        guild_id=record.guild_id,
        alert_id=record.alert_id,
        at_ms=record.created_ms,
        kind="not_told",
        reason="no_channel",
    )


def _queue_live_events(
    connection: Connection,
    guilds: Mapping[int, GuildState],
    records: Iterable[NotificationRow],
    now_ms: int,
) -> None:
    by_guild: dict[int, list[LiveEvent]] = {}
    for record in records:
        event = notification_event(
            now_ms,
            record.id,
            event_type=record.event_type,
            title=record.title,
            message=record.message,
            priority=record.priority,
            link=record.link,
            by=record.by,
        )
        by_guild.setdefault(record.guild_id, []).append(event)
    queue_on(connection, guilds, by_guild, now_ms)


def queue_on(
    connection: Connection,
    guilds: Mapping[int, GuildState],
    events: Mapping[int, Sequence[LiveEvent]],
    now_ms: int,
) -> None:
    """Queue live events on guilds that are locked already, and save their offsets."""
    rows = [
        (id, guilds[id].take_offsets(len(of_guild)), orjson.dumps(of_guild).decode(), now_ms)
        for id, of_guild in sorted(events.items())
    ]
    if rows:
        add_to_outbox(connection, rows)
        save_guilds(connection, [guilds[id] for id in events])
