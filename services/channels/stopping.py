"""An address that wants no more mails of a channel, or wants them again: without a login."""

from __future__ import annotations

from uuid import uuid4

import orjson

from models.audit_log import add_audit_entry
from models.channels.store import (
    add_unsubscribed,
    any_channel_of,
    forget_unsubscribed,
    is_unsubscribed,
)
from models.guilds.guild import lock_guilds, named_guilds
from services.channels.stop_links import About, Stop, StopLinks
from services.container import Parts


def stop_of(parts: Parts, token: str, about: About = About.CHANNEL) -> Stop | None:
    """What a link's token is about; None for one that is not ours."""
    return StopLinks(parts.settings).read(token, about)


def server_name(parts: Parts, stop: Stop) -> str:
    with parts.database.read() as connection:
        names = named_guilds(connection, [stop.guild_id])
    return next((row.name for row in names), None) or str(stop.guild_id)


def is_stopped(parts: Parts, stop: Stop) -> bool:
    """True too where the channel is gone: it sends nothing any more."""
    with parts.database.read() as connection:
        if any_channel_of(connection, stop.guild_id, stop.id) is None:
            return True
        return is_unsubscribed(connection, stop.guild_id, stop.id, stop.address_hash)


def set_stopped(parts: Parts, stop: Stop, wanted: bool) -> None:
    """End mails to the address, or begin them again; the audit log says of which channel."""
    now_ms = parts.clock()
    with parts.database.write() as connection:
        lock_guilds(connection, [stop.guild_id])
        if any_channel_of(connection, stop.guild_id, stop.id) is None:
            return
        change = add_unsubscribed if wanted else forget_unsubscribed
        if not change(connection, stop.guild_id, stop.id, stop.address_hash, now_ms):
            return
        action = "channels.unsubscribe" if wanted else "channels.subscribe_again"
        details = orjson.dumps({"id": str(stop.id)}).decode()
        add_audit_entry(connection, stop.guild_id, uuid4(), None, action, details, now_ms)
