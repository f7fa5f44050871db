"""Publishing the live events that are committed: a row goes only when its events are out.

One process publishes at a time. If its lock runs out while it works, a second one publishes the
same rows again, in the same order, and the stream refuses what it already has.

Each guild has its turn, the one first whose events wait longest. A guild whose events cannot be
published is put aside, in its own row, and keeps them from nobody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
import structlog
from sqlalchemy import Connection, Row

from adapters.database import Database
from adapters.process.turns import in_turns
from adapters.redis.cache_aside import CacheAside, config_key, rules_key
from adapters.redis.event_stream import Added, LiveEvent, Stream, StreamRefusedError
from domain.alert_words import by_name
from models.guilds.guild import event_offsets
from models.outbox import delete_entries, put_outbox_aside, waiting_entries
from services.users.names import UNRESOLVED, shown_by_guild

# Entries published together, and how long they may be together, give or take one.
BATCH = 200
BATCH_CHARACTERS = 4_000_000
_log = structlog.get_logger()


def publish_outbox(
    database: Database, stream: Stream, values: CacheAside, clock: Callable[[], int]
) -> int | None:
    """Publish what waits; how many events. None while another process is at it."""
    publisher = _Publisher(database, stream, values, clock)
    return stream.alone(uuid4().hex, publisher.publish_all)


@dataclass(slots=True)
class _Batch:
    """Rows that go out together. `failed`: why the events of a guild do not."""

    entries: Sequence[Row[Any]]
    are_all: bool
    # Keys of the rows that can be read, and their events.
    keys: list[tuple[int, int]] = field(default_factory=list)
    events: list[LiveEvent] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    failed: dict[int, Exception] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)  # by the stream: none of these events is out

    @property
    def dropped(self) -> set[int]:
        """Guilds whose events up to here are to be forgotten."""
        return {one.guild_id for one in self.entries if one.event_offset < 0}


@dataclass(slots=True)
class _Publisher:
    database: Database
    stream: Stream
    values: CacheAside
    clock: Callable[[], int]
    published: int = 0
    beyond: int = 0

    def publish_all(self) -> int:
        while self._publish_some():
            pass
        return self.published

    def _publish_some(self) -> bool:
        """Whether there may be more."""
        # Before the rows are read: what is erased from here on is told of by this.
        mark = self.stream.mark()
        with self.database.read() as connection:
            batch = _read(connection, self.clock())
        if not batch.entries:
            return False
        if batch.dropped:
            return self._drop(batch)
        # Whoever made a change dropped these too, unless Redis was away just then.
        for guild_id in {one.guild_id for one in batch.events if _changes_config(one)}:
            self.values.drop(config_key(guild_id), rules_key(guild_id))
        added = self._add(batch, mark)
        if added is Added.DONE:
            self._settle(batch)
            return not batch.are_all
        return self._is_worth_another_look(added)

    def _drop(self, batch: _Batch) -> bool:
        for guild_id in sorted(batch.dropped):
            if not self.stream.drop(guild_id):
                return False
        keys = [(one.guild_id, one.event_offset) for one in batch.entries if one.event_offset < 0]
        with self.database.write() as connection:
            delete_entries(connection, keys)
        return True

    def _add(self, batch: _Batch, mark: str) -> Added:
        try:
            return self.stream.add(batch.events, mark, batch.ends)
        except StreamRefusedError as error:
            _log.warning("batch_not_published", guilds=len(batch.ends), error=str(error))
        for guild_id, events in groupby(batch.events, key=attrgetter("guild_id")):
            try:
                added = self.stream.add(list(events), mark, batch.ends)
            except StreamRefusedError as error:
                batch.failed[guild_id] = error
                batch.refused.add(guild_id)
            else:
                if added is not Added.DONE:
                    return added
        return Added.DONE

    def _settle(self, batch: _Batch) -> None:
        """Cross off what is out, and put aside whose events are not."""
        self.published += sum(one.guild_id not in batch.refused for one in batch.events)
        keys = [key for key in batch.keys if key[0] not in batch.refused]
        with self.database.write() as connection:
            if keys:
                delete_entries(connection, keys)
            for guild_id in sorted(batch.failed):
                put_outbox_aside(connection, guild_id, self.clock())
        for guild_id, error in batch.failed.items():
            _log.error("events_put_aside", guild_id=guild_id, exc_info=error)

    def _is_worth_another_look(self, added: Added) -> bool:
        if added is Added.BEYOND:
            # The first time somebody else may have been at it since we read.
            self.beyond += 1
            if self.beyond > 1:
                self.stream.put_back()
        return added is not Added.AWAY


def _read(connection: Connection, now_ms: int) -> _Batch:
    entries, are_all = waiting_entries(connection, now_ms, BATCH, BATCH_CHARACTERS)
    batch = _Batch(entries, are_all)
    waiting: list[_Waiting] = []
    for guild_id, of_guild in groupby(entries, key=attrgetter("guild_id")):
        try:
            for entry in of_guild:
                waiting += _events(entry)
                batch.keys.append((guild_id, entry.event_offset))
        except (ValueError, TypeError, KeyError) as error:
            batch.failed[guild_id] = error  # what stands before that one goes out
    batch.events = _named(connection, waiting)
    batch.ends = event_offsets(connection, {one.guild_id for one in batch.events})
    return batch


def _changes_config(event: LiveEvent) -> bool:
    return event.body.startswith(b'{"type":"config_update"')


class _Waiting(NamedTuple):
    guild_id: int
    offset: int
    event: dict[str, Any]
    stamp: str


def _events(entry: Row[Any]) -> list[_Waiting]:
    """Raises ValueError, KeyError or TypeError for what is no list of events."""
    events = orjson.loads(entry.events)
    if not isinstance(events, list):
        raise TypeError("not a list of events")
    return [
        _Waiting(entry.guild_id, entry.event_offset + place, _checked(event), _stamp(event))
        for place, event in enumerate(in_turns(events))
    ]


def _checked(event: Any) -> dict[str, Any]:
    """Raises KeyError or TypeError for what is no event."""
    if not isinstance(event["type"], str) or not isinstance(event["data"], dict):
        raise TypeError("an event has a type and data")
    _person(event)
    checked: dict[str, Any] = event
    return checked


def _stamp(event: object) -> str:
    """Tells this event, without the names that it goes out with, from any other."""
    return blake2s(orjson.dumps(event), digest_size=6).hexdigest()


def _named(connection: Connection, waiting: list[_Waiting]) -> list[LiveEvent]:
    """The events as they go out, people with the name they have by now."""
    people: dict[int, set[int]] = defaultdict(set)
    for one in waiting:
        if id := _person(one.event):
            people[one.guild_id].add(id)
    users = shown_by_guild(connection, people)
    for one in in_turns(waiting):
        data = one.event["data"]
        user = users.get(one.guild_id, {}).get(_person(one.event), UNRESOLVED)
        if one.event["type"] == "violation":
            data["username"], data["avatar"] = user.username, user.avatar
        elif one.event["type"] == "config_update":
            data["updated_by_username"] = user.username
            data["updated_by_avatar"] = user.avatar
        elif one.event["type"] == "notification":
            data["by_username"] = user.username
            if user.username is not None:
                data["message"] = by_name(data["message"], user.username)
    return [
        LiveEvent(one.guild_id, one.offset, orjson.dumps(one.event), one.stamp)
        for one in in_turns(waiting)
    ]


_WHOM = {"violation": "user_id", "config_update": "updated_by", "notification": "by"}


def _person(event: dict[str, Any]) -> int:
    """Whose name goes out with an event; 0: nobody's, such as a token's."""
    whom = _WHOM.get(event["type"], "")
    id = str(event["data"].get(whom, ""))
    return int(id) if id.removeprefix("-").isdecimal() else 0
