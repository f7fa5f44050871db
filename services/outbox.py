"""Publishing the live events that are committed: a row goes only when its events are out.

One process publishes at a time. If its lock runs out while it works, a second one publishes the
same rows again, in the same order, and the stream refuses what it already has.
"""

from __future__ import annotations

from itertools import groupby
from uuid import uuid4

import msgspec

from adapters.cache_aside import CacheAside, config_key, rules_key
from adapters.database import Database
from adapters.event_stream import LiveEvent, Stream
from models.outbox import OutboxEntry, delete_entries, oldest_entries

BATCH = 200


def publish_outbox(database: Database, stream: Stream, values: CacheAside) -> int | None:
    """Publish what waits; how many events. None while another process is at it."""
    return stream.alone(uuid4().hex, lambda: _publish_all(database, stream, values))


def _publish_all(database: Database, stream: Stream, values: CacheAside) -> int:
    published = 0
    while True:
        with database.read() as connection:
            entries = oldest_entries(connection, BATCH)
        for guild_id, of_guild in groupby(entries, key=lambda entry: entry.guild_id):
            events = [event for entry in of_guild for event in live_events(entry)]
            if any(b'"type":"config_update"' in event.body for event in events):
                # Whoever made the change dropped these too, unless Redis was away just then.
                values.drop(config_key(guild_id), rules_key(guild_id))
            if not stream.add(events):
                return published
            published += len(events)
        with database.write() as connection:
            delete_entries(connection, [(one.guild_id, one.event_offset) for one in entries])
        if len(entries) < BATCH:
            return published


def live_events(entry: OutboxEntry) -> list[LiveEvent]:
    bodies = msgspec.json.decode(entry.events, type=list[msgspec.Raw])
    return [
        LiveEvent(entry.guild_id, entry.event_offset + place, bytes(body))
        for place, body in enumerate(bodies)
    ]
