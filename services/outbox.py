"""Publishing the live events that are committed: a row goes only when its events are out.

One process publishes at a time. If its lock runs out while it works, a second one publishes the
same rows again, in the same order, and the stream refuses what it already has.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Row

from adapters.cache_aside import CacheAside, config_key, rules_key
from adapters.database import Database
from adapters.event_stream import LiveEvent, Stream
from models.outbox import delete_entries, oldest_entries
from services.user_names import UNRESOLVED, shown_users

# Entries published together, and how long they may be together, give or take one.
BATCH = 200
BATCH_CHARACTERS = 4_000_000


def publish_outbox(database: Database, stream: Stream, values: CacheAside) -> int | None:
    """Publish what waits; how many events. None while another process is at it."""
    return stream.alone(uuid4().hex, lambda: _publish_all(database, stream, values))


def _publish_all(database: Database, stream: Stream, values: CacheAside) -> int:
    published = 0
    while True:
        with database.read() as connection:
            entries, are_all = oldest_entries(connection, BATCH, BATCH_CHARACTERS)
            events = _named(connection, [event for entry in entries for event in _events(entry)])
        # Whoever made a change dropped these too, unless Redis was away just then.
        for guild_id in {one.guild_id for one in events if _changes_config(one)}:
            values.drop(config_key(guild_id), rules_key(guild_id))
        if not entries or not stream.add(events):
            return published
        published += len(events)
        with database.write() as connection:
            delete_entries(connection, [(one.guild_id, one.event_offset) for one in entries])
        if are_all:
            return published


def _changes_config(event: LiveEvent) -> bool:
    return event.body.startswith(b'{"type":"config_update"')


class _Waiting(NamedTuple):
    guild_id: int
    offset: int
    event: dict[str, Any]


def _events(entry: Row[Any]) -> list[_Waiting]:
    return [
        _Waiting(entry.guild_id, entry.event_offset + place, event)
        for place, event in enumerate(orjson.loads(entry.events))
    ]


def _named(connection: Connection, waiting: list[_Waiting]) -> list[LiveEvent]:
    """The events as they go out, people with the name they have by now."""
    users = shown_users(connection, {id for one in waiting if (id := _person(one.event))})
    for one in waiting:
        data = one.event["data"]
        user = users.get(_person(one.event), UNRESOLVED)
        if one.event["type"] == "violation":
            data["username"], data["avatar"] = user.username, user.avatar
        elif one.event["type"] == "config_update":
            data["updated_by_username"] = user.username
            data["updated_by_avatar"] = user.avatar
    return [LiveEvent(one.guild_id, one.offset, orjson.dumps(one.event)) for one in waiting]


def _person(event: dict[str, Any]) -> int:
    """Whose name goes out with an event; 0: nobody's, such as a token's."""
    whom = {"violation": "user_id", "config_update": "updated_by"}.get(event["type"], "")
    id = event["data"].get(whom, "")
    return int(id) if id.removeprefix("-").isdecimal() else 0
