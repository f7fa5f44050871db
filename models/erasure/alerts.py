"""Taking a person out of alerts, trails and what was sent."""

from __future__ import annotations

from sqlalchemy import Connection, Text, cast, delete, func, literal, select, update

from models.alerts.tables import Alert, AlertState, AlertTrailEntry
from models.deliveries.tables import Delivery, DeliveryAttempt
from models.erasure.texts import erase_from_json, erase_from_words
from models.notifications.tables import Notification, NotificationRead


def erase_from_alerts(connection: Connection, guild_id: int, user_id: int, pseudonym: int) -> None:
    """As who acknowledged, closed or read, and in the words of providers."""
    actor, nobody = f"user:{user_id}", f"user:{pseudonym}"
    columns = (Alert.closed_by, Alert.acknowledged_by, AlertTrailEntry.by, Notification.by)
    for column in columns:
        model = column.class_
        change = update(model).where(model.guild_id == guild_id, column == actor)
        connection.execute(change.values({column: nobody}))
    read = NotificationRead
    connection.execute(delete(read).where(read.guild_id == guild_id, read.reader == actor))
    for column in (AlertTrailEntry.details, AlertState.grouped):
        erase_from_json(connection, guild_id, column, user_id, pseudonym)
    erase_from_words(connection, guild_id, DeliveryAttempt.answer, user_id, pseudonym)


def erase_address(connection: Connection, guild_id: int, address: str) -> int:
    """A mail address, from what was sent to it; how many deliveries. Their counts stay."""
    mine = (Delivery.guild_id == guild_id) & (func.lower(Delivery.target) == address.lower())
    ids = select(Delivery.id).where(mine)
    attempts = update(DeliveryAttempt).where(
        DeliveryAttempt.guild_id == guild_id, DeliveryAttempt.delivery_id.in_(ids)
    )
    connection.execute(attempts.values(answer=None))
    # Distinct, so that a subject still has one delivery for each address.
    erased = literal("erased:") + Delivery.story + ":" + cast(Delivery.seq, Text)
    return connection.execute(update(Delivery).where(mine).values(target=erased)).rowcount
