"""An address that wants no more mails of one scheduled report, or wants them again: no login."""

from __future__ import annotations

from uuid import uuid4

import orjson
from sqlalchemy import Connection

from models.audit_log import add_audit_entry
from models.channels.store import add_unsubscribed, forget_unsubscribed, is_unsubscribed
from models.guilds.guild import lock_guilds
from models.reports.schedules import ScheduleRow, schedule_of
from services.channels.stop_links import Stop
from services.container import Parts


def report_name(parts: Parts, stop: Stop) -> str:
    """As its owner named it; of one that is gone, nothing."""
    with parts.database.read() as connection:
        row = _schedule(connection, stop)
    return row.schedule.name if row else ""


def is_stopped(parts: Parts, stop: Stop) -> bool:
    """True too where the schedule is gone: nothing is sent any more."""
    with parts.database.read() as connection:
        if _schedule(connection, stop) is None:
            return True
        return is_unsubscribed(connection, stop.guild_id, stop.id, stop.address_hash)


def set_stopped(parts: Parts, stop: Stop, wanted: bool) -> None:
    """End its mails to the address, or begin them again; the audit log says of which report.

    What waits for this address is decided again before it is sent.
    """
    now_ms = parts.clock()
    with parts.database.write() as connection:
        lock_guilds(connection, [stop.guild_id])
        if _schedule(connection, stop) is None:
            return
        change = add_unsubscribed if wanted else forget_unsubscribed
        if not change(connection, stop.guild_id, stop.id, stop.address_hash, now_ms):
            return
        action = "schedules.unsubscribe" if wanted else "schedules.subscribe_again"
        details = orjson.dumps({"id": str(stop.id)}).decode()
        add_audit_entry(connection, stop.guild_id, uuid4(), None, action, details, now_ms)


def _schedule(connection: Connection, stop: Stop) -> ScheduleRow | None:
    row = schedule_of(connection, stop.guild_id, stop.id)
    return None if row is None or row.deleted_ms is not None else row
