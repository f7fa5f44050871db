"""When what waits or is held is looked at again, other than by its own time."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from domain.decisions import Reason
from domain.delivery_life import DeliveryState
from models.channels.tables import StoredChannel
from models.deliveries.tables import Delivery, is_to_do


def put_off_due(connection: Connection, guild_id: int, now_ms: int, until_ms: int) -> None:
    """Have what is due in a guild, held or waiting, looked at not before then."""
    due = update(Delivery).where(
        Delivery.guild_id == guild_id, is_to_do(), Delivery.due_ms <= now_ms
    )
    connection.execute(due.values(due_ms=until_ms))


def look_again(connection: Connection, guild_id: int, now_ms: int) -> None:
    """Have what is held in a guild decided again soon: the cause of a hold may have ended.

    A digest that waits for people to wake is queued, as it is put together already.
    """
    its = Delivery.channel_id.in_(
        select(StoredChannel.id).where(StoredChannel.guild_id == guild_id)
    )
    sleeps = Delivery.reason.in_([Reason.MUTED, Reason.QUIET_HOURS])
    # State by state: for a list of them SQLite would read all that was ever sent.
    for which in (
        (Delivery.state == DeliveryState.HELD,),
        (Delivery.state == DeliveryState.QUEUED, sleeps),
    ):
        held = update(Delivery).where(Delivery.guild_id == guild_id, its, *which)
        connection.execute(held.values(due_ms=now_ms, updated_ms=now_ms))
