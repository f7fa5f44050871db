"""Taking a person out of reports: what was made may name them, so nothing of it is kept.

What was sent cannot be called back. What is being made is made again, without them.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from domain.delivery_life import WAITING, DeliveryState
from domain.messages import MessageKind
from models.deliveries.tables import Delivery
from models.reports.tables import ReportOccurrence


def addresses_with_reports(connection: Connection, guild_id: int) -> int:
    """How many mail addresses a report was sent to, or may have been, as far as that is kept."""
    sent = (DeliveryState.SENT.value, DeliveryState.UNKNOWN.value)
    query = select(func.count(func.distinct(func.lower(Delivery.target)))).where(
        Delivery.guild_id == guild_id,
        Delivery.kind == MessageKind.REPORT.value,
        Delivery.channel_kind == "email",
        Delivery.state.in_(sent),
    )
    return connection.scalar(query) or 0


def erase_from_reports(connection: Connection, guild_id: int) -> None:
    """The guild's row must be locked."""
    run = ReportOccurrence
    mine = update(run).where(run.guild_id == guild_id)
    connection.execute(mine.where(run.content.is_not(None)).values(content=None))
    connection.execute(mine.where(run.claim.is_not(None)).values(claim=None))
    waiting = update(Delivery).where(
        Delivery.guild_id == guild_id,
        Delivery.kind == MessageKind.REPORT.value,
        Delivery.state.in_(WAITING),
    )
    cancelled = {"state": DeliveryState.CANCELLED.value, "reason": "erased", "due_ms": None}
    connection.execute(waiting.values(cancelled))
