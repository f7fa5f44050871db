"""Reading and writing deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Select, Table, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from domain.attempts import Outcome
from domain.delivery_life import IN_FLIGHT, WAITING, DeliveryState
from domain.messages import MessageKind
from models.channels.tables import StoredChannel
from models.deliveries.tables import Delivery, DeliveryAttempt, is_held
from models.sql.bulk import BulkInsert


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    guild_id: int
    id: UUID
    subject: str
    notification_id: UUID | None
    alert_id: UUID | None
    kind: str
    event_type: str
    priority: str
    channel_id: UUID
    channel_kind: str
    target: str
    story: str
    seq: int
    lane: str
    state: str
    reason: str
    due_ms: int | None
    created_ms: int
    updated_ms: int
    attempts: int = 0
    failures: int = 0
    was_held: bool = False
    is_repeat: bool = False
    digest_id: UUID | None = None
    reference: str | None = None
    claim: UUID | None = None
    claimed_until_ms: int = 0


COLUMNS = DeliveryRow.__slots__
_TABLE = cast(Table, Delivery.__table__)
_ADD = BulkInsert(Delivery, COLUMNS, "DO NOTHING")
_ON_THE_WAY = [*WAITING, *IN_FLIGHT]
_GOES_OUT = [*_ON_THE_WAY, DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DIGESTED]


def add_deliveries(connection: Connection, rows: Sequence[DeliveryRow]) -> None:
    """One each for a subject, channel and address; those that are there stay as they are."""
    _ADD.run(connection, [tuple(getattr(row, name) for name in COLUMNS) for row in rows])


def targets_of(connection: Connection, guild_id: int, subject: str, channel_id: UUID) -> set[str]:
    """Addresses of a channel on which something was decided about the subject."""
    query = select(Delivery.target).where(
        Delivery.guild_id == guild_id,
        Delivery.subject == subject,
        Delivery.channel_id == channel_id,
    )
    return set(connection.execute(query).scalars())


def mailed_of(
    connection: Connection, guild_id: int, subjects: Collection[str]
) -> list[tuple[str, str]]:
    """Each subject with a mail address that it goes to, or may have gone to."""
    query = select(Delivery.subject, Delivery.target).where(
        Delivery.guild_id == guild_id,
        Delivery.subject.in_(subjects),
        Delivery.target != "",
        Delivery.state.in_(_GOES_OUT),
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def read_deliveries(
    connection: Connection, query: Select[Any], values: Mapping[str, Any] | None = None
) -> list[DeliveryRow]:
    """The rows of a query of all of `delivery_columns`."""
    return [DeliveryRow(**row._mapping) for row in connection.execute(query, values)]


def delivery_columns() -> Select[Any]:
    return select(*(_TABLE.c[name] for name in COLUMNS))


def change_delivery(connection: Connection, row: DeliveryRow, now_ms: int, **values: Any) -> bool:
    """Change it if it still is in the state that `row` says; whether it was."""
    table = Delivery
    change = update(table).where(
        table.guild_id == row.guild_id,
        table.id == row.id,
        table.state == row.state,
        table.claim.is_not_distinct_from(row.claim),
    )
    return connection.execute(change.values(**values, updated_ms=now_ms)).rowcount == 1


@dataclass(frozen=True, slots=True)
class Beginning:
    """Of a story: whether it may have arrived, is on its way, or waits for the end of a hold."""

    story: str
    may_have_arrived: bool
    is_on_its_way: bool
    is_held: bool


def beginnings_of(
    connection: Connection, guild_ids: Iterable[int], alert_ids: Iterable[UUID]
) -> list[Beginning]:
    """The beginnings of these alerts' stories; one that went into a digest is as that is."""
    values = {"guilds": list(guild_ids), "alerts": list(alert_ids)}
    return [
        Beginning(
            story,
            bool(may),
            state in _ON_THE_WAY or digest_state in _ON_THE_WAY,
            state == DeliveryState.HELD,
        )
        for story, may, state, digest_state in connection.execute(_BEGINNINGS, values)
    ]


def last_places(
    connection: Connection, guild_ids: Iterable[int], alert_ids: Iterable[UUID]
) -> dict[str, int]:
    """The highest `seq` of each story of these alerts."""
    query = (
        select(Delivery.story, func.max(Delivery.seq))
        .where(Delivery.guild_id.in_(list(guild_ids)), Delivery.alert_id.in_(list(alert_ids)))
        .group_by(Delivery.story)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def waiting_by_target(
    connection: Connection, guild_ids: Iterable[int]
) -> dict[tuple[UUID, str], int]:
    """How many deliveries are queued for each channel and address.

    Channel by channel: along the guild alone SQLite reads all that was ever sent there.
    """
    channel = StoredChannel
    its = (Delivery.guild_id == channel.guild_id) & (Delivery.channel_id == channel.id)
    query = (
        select(Delivery.channel_id, Delivery.target, func.count())
        .join(channel, its)
        .where(channel.guild_id.in_(list(guild_ids)), Delivery.state == DeliveryState.QUEUED)
        .group_by(Delivery.channel_id, Delivery.target)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def held_deliveries(
    connection: Connection, now_ms: int, most: int, guild_id: int | None = None
) -> list[DeliveryRow]:
    """Those whose hold is to be decided again by now, in the order in which they were written."""
    query = delivery_columns().where(is_held(), Delivery.due_ms <= now_ms)
    if guild_id is not None:
        query = query.where(Delivery.guild_id == guild_id).with_for_update()
    query = query.order_by(Delivery.created_ms, Delivery.seq).limit(most)
    return read_deliveries(connection, query)


def digest_into(
    connection: Connection,
    rows: Sequence[DeliveryRow],
    digest_id: UUID,
    reason: str | None,
    now_ms: int,
) -> None:
    """Have these told by the digest; `reason` None leaves each its own."""
    values: dict[str, Any] = {
        "state": DeliveryState.DIGESTED.value,
        "digest_id": digest_id,
        "due_ms": None,
        "updated_ms": now_ms,
    }
    for row in rows:
        change = update(Delivery).where(Delivery.guild_id == row.guild_id, Delivery.id == row.id)
        own = {"reason": reason or row.reason}
        connection.execute(change.values(**values, **own))


def cancel_channel(
    connection: Connection,
    guild_id: int,
    channel_id: UUID,
    reason: str,
    now_ms: int,
    *,
    but: Collection[MessageKind] = (),
) -> None:
    """Cancel what waits for a channel, but for these kinds of messages."""
    waiting = Delivery.state.in_([DeliveryState.HELD, *WAITING]) & Delivery.kind.not_in(but)
    change = update(Delivery).where(
        Delivery.guild_id == guild_id, Delivery.channel_id == channel_id, waiting
    )
    values = {"state": DeliveryState.CANCELLED.value, "reason": reason, "due_ms": None}
    connection.execute(change.values(**values, updated_ms=now_ms))


def cancel_escalations(
    connection: Connection,
    guild_id: int,
    alert_id: UUID,
    reason: str,
    now_ms: int,
    *,
    minutes: int = 0,
) -> None:
    """Cancel what is held of an alert's beginning on channels that wait for more than so many
    minutes, for whatever it is held: the time of an escalation may come during a mute.
    """
    channel, table = StoredChannel, Delivery
    later = select(channel.id).where(channel.guild_id == guild_id, channel.after_minutes > minutes)
    change = update(table).where(
        table.guild_id == guild_id,
        table.alert_id == alert_id,
        table.state == DeliveryState.HELD,
        table.kind == MessageKind.FIRING.value,
        table.channel_id.in_(later),
    )
    values = {"state": DeliveryState.CANCELLED.value, "reason": reason, "due_ms": None}
    connection.execute(change.values(**values, updated_ms=now_ms))


def cancel_about(
    connection: Connection, guild_id: int, subjects: Sequence[str], reason: str, now_ms: int
) -> None:
    """Cancel what waits of these subjects."""
    table = Delivery
    waiting = table.state.in_([DeliveryState.HELD, *WAITING]) & table.subject.in_(subjects)
    change = update(table).where(table.guild_id == guild_id, waiting)
    values = {"state": DeliveryState.CANCELLED.value, "reason": reason, "due_ms": None}
    connection.execute(change.values(**values, updated_ms=now_ms))


def cancel_older(connection: Connection, before_ms: int, reason: str, now_ms: int) -> int:
    """Cancel what was written before and still waits, of all guilds; how many."""
    states = [DeliveryState.HELD, *WAITING, *IN_FLIGHT]
    change = update(Delivery).where(Delivery.state.in_(states), Delivery.created_ms < before_ms)
    values = {"state": DeliveryState.CANCELLED.value, "reason": reason, "due_ms": None}
    return connection.execute(
        change.values(**values, claim=None, claimed_until_ms=0, updated_ms=now_ms)
    ).rowcount


def _may_have_arrived(of: Any, id: Any) -> Any:
    attempt = aliased(DeliveryAttempt)
    may = or_(attempt.ended_ms.is_(None), attempt.outcome.in_([Outcome.SENT, Outcome.IN_DOUBT]))
    return exists().where(attempt.guild_id == of.guild_id, attempt.delivery_id == id, may)


def _beginnings() -> Select[Any]:
    own, digest = aliased(Delivery), aliased(Delivery)
    arrived = or_(_may_have_arrived(own, own.id), _may_have_arrived(own, own.digest_id))
    told_by = and_(digest.guild_id == own.guild_id, digest.id == own.digest_id)
    columns: Any = select(own.story, arrived, own.state, digest.state)
    query: Select[Any] = (
        columns.join(digest, told_by, isouter=True)
        .where(own.guild_id.in_(bindparam("guilds", expanding=True)))
        .where(own.alert_id.in_(bindparam("alerts", expanding=True)))
        .where(own.kind == MessageKind.FIRING.value)
    )
    return query


_BEGINNINGS = _beginnings()  # once: that takes longer than to execute it
