"""What the audit log of every guild says after a restore."""

from __future__ import annotations

from uuid import uuid4

import orjson
from sqlalchemy import Connection

from models.audit_log import add_audit_entries
from models.guilds.guild import all_guilds

ACTION = "database.restored"


def note_restored(connection: Connection, now_ms: int, cancelled: int) -> None:
    """Changes since the backup are gone; so many deliveries of all guilds were cancelled."""
    details = orjson.dumps({"deliveries_cancelled": cancelled}).decode()
    guilds = all_guilds(connection)
    add_audit_entries(
        connection, [(id, uuid4(), None, ACTION, details, now_ms) for id in sorted(guilds)]
    )
