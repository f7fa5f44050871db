"""Who is at work on which delivery, and what a dead worker left. The second mark: marks.py.

Each transaction locks the channel first, then deliveries: two of them cannot meet crosswise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    Uuid,
    and_,
    bindparam,
    exists,
    select,
    tuple_,
    update,
)

from domain.attempts import Attempt, Outcome
from domain.delivery_life import DeliveryState
from models.channels.tables import StoredChannel
from models.deliveries.sendable import ChannelKey
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery, DeliveryAttempt, is_in_flight
from models.sql.distributed import lockable


def lock_channels(
    connection: Connection, keys: Collection[ChannelKey], *, skip_locked: bool
) -> set[ChannelKey]:
    """Lock these channels in their order; with `skip_locked` those that nobody else has locked."""
    if connection.dialect.name == "sqlite":
        return set(keys)  # who writes there is alone
    locked: set[ChannelKey] = set()
    for some in lockable(connection, sorted(keys)):
        query = _LOCK_FREE_CHANNELS if skip_locked else _LOCK_CHANNELS
        locked |= {(guild_id, id) for guild_id, id in connection.execute(query, {"keys": some})}
    return locked


def lock_channel(connection: Connection, key: ChannelKey) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(_LOCK_CHANNEL, {"of_guild": key[0], "of_id": key[1]})


def claim_deliveries(
    connection: Connection, rows: Iterable[DeliveryRow], claim: UUID, until_ms: int
) -> None:
    """The first mark: from here on no other process sends them before `until_ms`."""
    values = {"state": DeliveryState.CLAIMED.value, "claim": claim, "claimed_until_ms": until_ms}
    if given := [_key(row) | values for row in rows]:
        connection.execute(_DELIVERY, given)


def settle(
    connection: Connection, row: DeliveryRow, claim: UUID, now_ms: int, values: dict[str, Any]
) -> bool:
    """What came of it. False when the claim was lost: a late writer changes no row."""
    over = {"claim": None, "claimed_until_ms": 0, "updated_ms": now_ms}
    return connection.execute(_SETTLE, _key(row, claim) | values | over).rowcount == 1


def end_attempts(
    connection: Connection, ended: Iterable[tuple[DeliveryRow, Attempt]], now_ms: int
) -> None:
    """Of each the one that began after those which its row counts."""
    given = [
        {
            "of_guild": row.guild_id,
            "of_id": row.id,
            "of_n": row.attempts + 1,
            "ended_ms": now_ms,
            "outcome": attempt.outcome.value,
            "reason": attempt.reason,
            "http_status": attempt.http_status,
            "answer": attempt.answer,
            "retry_after_ms": attempt.retry_after_ms,
        }
        for row, attempt in ended
    ]
    if given:
        connection.execute(_END_ATTEMPT, given)


def abandoned(connection: Connection, now_ms: int, most: int) -> list[DeliveryRow]:
    """Those whose lease is over: their worker was killed, or is slower than its lease."""
    query = delivery_columns().where(is_in_flight(), Delivery.claimed_until_ms <= now_ms)
    return read_deliveries(connection, query.limit(most))


def requeue_claimed(connection: Connection, row: DeliveryRow, now_ms: int) -> bool:
    """Nothing was sent of what was claimed only."""
    back = DeliveryState.RETRYING if row.attempts else DeliveryState.QUEUED
    values = {
        "state": back.value,
        "claim": None,
        "claimed_until_ms": 0,
        "due_ms": now_ms,
        "updated_ms": now_ms,
    }
    change = update(Delivery).where(
        _is(row), Delivery.claim == row.claim, Delivery.state == DeliveryState.CLAIMED
    )
    return connection.execute(change.values(values)).rowcount == 1


def extend_lease(connection: Connection, row: DeliveryRow, until_ms: int) -> None:
    """Leave one that is on its way to nobody until then."""
    change = update(Delivery).where(_is(row), Delivery.claim == row.claim, is_in_flight())
    connection.execute(change.values(claimed_until_ms=until_ms))


def note_channel(connection: Connection, key: ChannelKey, values: dict[str, Any]) -> None:
    connection.execute(_CHANNEL, {"of_guild": key[0], "of_id": key[1], **values})


def is_another_refused(connection: Connection, row: DeliveryRow) -> bool:
    """Whether another address of the channel is dead for what was written together with this."""
    others = exists().where(
        Delivery.guild_id == row.guild_id,
        Delivery.created_ms == row.created_ms,
        Delivery.channel_id == row.channel_id,
        Delivery.target != row.target,
        Delivery.state == DeliveryState.DEAD,
    )
    return bool(connection.scalar(select(others)))


def break_channel(connection: Connection, key: ChannelKey, reason: str, now_ms: int) -> int | None:
    """Mark it broken; its new revision, or None when that is no news: it was broken already, is
    gone, or on its way out.
    """
    channel = StoredChannel
    change = (
        update(channel)
        .where(channel.guild_id == key[0], channel.id == key[1], channel.state != "broken")
        .values(
            state="broken",
            last_failure=reason,
            revision=channel.revision + 1,
            updated_ms=now_ms,
        )
        .returning(channel.revision, channel.leaving_ms)
    )
    row = connection.execute(change).first()
    return row.revision if row is not None and row.leaving_ms is None else None


def outcomes_of(connection: Connection, row: DeliveryRow) -> list[str | None]:
    """Of each attempt; None of one that is not over."""
    table = DeliveryAttempt
    query = select(table.outcome).where(table.guild_id == row.guild_id, table.delivery_id == row.id)
    return list(connection.scalars(query.order_by(table.n)))


def doubted(connection: Connection, rows: Iterable[DeliveryRow]) -> set[UUID]:
    """Those of which an attempt may have arrived."""
    tried = [(row.guild_id, row.id) for row in rows if row.attempts]
    if not tried:
        return set()
    table = DeliveryAttempt
    may = table.ended_ms.is_(None) | table.outcome.in_([Outcome.SENT, Outcome.IN_DOUBT])
    of_these = tuple_(table.guild_id, table.delivery_id).in_(tried)
    return set(connection.scalars(select(table.delivery_id).where(of_these, may)))


def references_of(connection: Connection, stories: Sequence[tuple[int, str]]) -> dict[str, str]:
    """The latest reference of each story: what an edit needs to find its message.

    Empty where that message is gone (`domain.attempts.FORGOTTEN`).
    """
    if not stories:
        return {}
    query = select(Delivery.story, Delivery.reference).where(
        tuple_(Delivery.guild_id, Delivery.story).in_(list(stories)),
        Delivery.reference.is_not(None),
    )
    rows = connection.execute(query.order_by(Delivery.seq))
    return {row[0]: row[1] or "" for row in rows}


IN_DOUBT_FOR_CRASH = Attempt(outcome=Outcome.IN_DOUBT, reason="worker_lost")


def _is(row: DeliveryRow) -> Any:
    return and_(Delivery.guild_id == row.guild_id, Delivery.id == row.id)


def _key(row: DeliveryRow, claim: UUID | None = None) -> dict[str, Any]:
    key = {"of_guild": row.guild_id, "of_id": row.id}
    return key if claim is None else key | {"of_claim": claim}


# Put together once: that takes longer than to execute them. What is SET is what is given.
_GUILD, _ID = bindparam("of_guild", type_=BigInteger), bindparam("of_id", type_=Uuid)
_DELIVERY = update(Delivery).where(Delivery.guild_id == _GUILD, Delivery.id == _ID)
_MINE = _DELIVERY.where(Delivery.claim == bindparam("of_claim", type_=Uuid))
_SETTLE = _MINE.where(is_in_flight())
_END_ATTEMPT = update(DeliveryAttempt).where(
    DeliveryAttempt.guild_id == _GUILD,
    DeliveryAttempt.delivery_id == _ID,
    DeliveryAttempt.n == bindparam("of_n"),
)
_CHANNEL = update(StoredChannel).where(StoredChannel.guild_id == _GUILD, StoredChannel.id == _ID)
_LOCK_CHANNEL = (
    select(StoredChannel.id)
    .where(StoredChannel.guild_id == _GUILD, StoredChannel.id == _ID)
    .with_for_update()
)
_CHANNEL_KEY = (StoredChannel.guild_id, StoredChannel.id)
_KEYED = select(*_CHANNEL_KEY).where(tuple_(*_CHANNEL_KEY).in_(bindparam("keys", expanding=True)))
_LOCK_CHANNELS = _KEYED.order_by(*_CHANNEL_KEY).with_for_update()
_LOCK_FREE_CHANNELS = _KEYED.order_by(*_CHANNEL_KEY).with_for_update(skip_locked=True)
