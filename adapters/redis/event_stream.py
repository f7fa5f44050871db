"""Live events on their way out: one Redis stream per guild, and a channel that tells everybody.

An entry's id is the event's offset in its guild, so adding one again is refused by the stream:
publishing twice after a crash is harmless, and the order is that of the commits. Adding and telling
happen in one script, so subscribers hear of each event once and in order. What is added to a guild
together is told in one message, a line each.

A stream keeps so many events and bytes, and for a day after the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import groupby, islice
from operator import attrgetter
from secrets import token_hex
from typing import Any, Protocol

import redis
from sqlalchemy.exc import SQLAlchemyError

from adapters.redis import stream_scripts as scripts
from adapters.redis.address import connect
from adapters.redis.link import RedisLink, RedisMistakeError, RedisTroubleError
from adapters.redis.stream_messages import (
    CHANNEL,
    FORMER_CHANNEL,
    FORMER_PATTERN,
    Published,
    UnknownMessageError,
    field_of,
    told,
)
from domain.live import Position

KEPT_EVENTS = 1_000
KEPT_BYTES = 4 * 1024 * 1024
KEPT_SECONDS = 86_400
# Redis does nothing else while it adds: a few milliseconds for so many.
EVENTS_AT_ONCE = 500
LOCK_KEY = "modwatch:publisher"
LOCK_MS = 5_000
INCARNATION_KEY = "modwatch:incarnation"
EPOCH_KEY = "modwatch:epoch"
ENDS_KEY = "modwatch:stream-ends"
SIZES_KEY = "modwatch:stream-sizes"
ERASURES_KEY = "modwatch:erasures"
# What is in Redis because the database says so.
MIRRORED = ("events:*", "config:*", "rules:*", "lock:config:*", "lock:rules:*")
# How long a wait for events lasts before the listener looks whether the link was closed.
LISTEN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """`stamp` tells this event from any other that could get the same offset; empty: unknown."""

    guild_id: int
    offset: int
    body: bytes  # JSON of {"type", "timestamp", "data"}, on one line
    stamp: str = ""


class Added(Enum):
    """What became of events. AGAIN, BEYOND: they are to be read from the database again; the stream
    is beyond where the database was then."""

    DONE = "done"
    AGAIN = "again"
    BEYOND = "beyond"
    AWAY = "away"


class StreamAwayError(Exception):
    """The stream cannot be reached."""


class StreamRefusedError(Exception):
    """Redis is there, and can make nothing of these events or of their stream."""


class Incarnation(Protocol):
    """Which database this is (services/live/incarnation.py). All raise SQLAlchemyError."""

    def name(self) -> str: ...

    def reload(self) -> str: ...

    def renew(self, name: str) -> None: ...


class OnlyOne:
    """Of a database that is never put back, such as a test's."""

    def name(self) -> str:
        return "one"

    def reload(self) -> str:
        return "one"

    def renew(self, name: str) -> None:
        """It stays the one."""


class Stream(Protocol):
    def mark(self) -> str: ...

    def add(
        self, events: Sequence[LiveEvent], mark: str = "", ends: Mapping[int, int] | None = None
    ) -> Added: ...

    def alone(self, token: str, work: Callable[[], int]) -> int | None: ...

    def drop(self, guild_id: int) -> bool: ...

    def put_back(self) -> None: ...

    def last(self, guild_id: int) -> Position: ...

    def after(self, guild_id: int, offset: int, most: int) -> list[Published]: ...

    def listen(self) -> Iterator[Published | None]: ...


class EventStream:
    def __init__(self, link: RedisLink, incarnation: Incarnation | None = None) -> None:
        self._link, self._incarnation = link, incarnation or OnlyOne()

    def mark(self) -> str:
        """To be asked before events are read that are to be added: tells of erasures since."""
        found = self._link.ask(lambda client: client.get(ERASURES_KEY))
        return found.decode() if isinstance(found, bytes) else "0"

    def add(
        self, events: Sequence[LiveEvent], mark: str = "", ends: Mapping[int, int] | None = None
    ) -> Added:
        """Put events, guild by guild in order of their offsets, into the streams.

        mark: what `mark()` said before they were read
        ends: the offset of the last event of each guild in the database, as read with them

        Raises StreamRefusedError where it is not Redis that is to blame.
        """
        remaining, mark = iter(events), mark or self.mark()
        while some := list(islice(remaining, EVENTS_AT_ONCE)):
            try:
                word, *_ = self._run(scripts.ADD, _keys_to_add(some), _to_add(some, mark, ends))
            except RedisMistakeError as error:
                raise StreamRefusedError(str(error)) from error
            except (RedisTroubleError, StreamAwayError):
                return Added.AWAY
            if word == b"ahead":
                self.put_back()
            if word != b"added":
                return Added.BEYOND if word == b"beyond" else Added.AGAIN
        return Added.DONE

    def alone(self, token: str, work: Callable[[], int]) -> int | None:
        """Run `work` unless another process is at it: None then. 0 without a Redis to ask that."""
        try:
            if not self._link.claim(LOCK_KEY, token, LOCK_MS):
                return None
        except RedisTroubleError:
            return 0
        try:
            return work()
        finally:
            self._link.ask(lambda client: _unlock(client, token))

    def drop(self, guild_id: int) -> bool:
        """Forget the guild's events, those too that a publisher has in hand; False while Redis is
        away. Whoever resumes is told that some are missing."""
        keys = [ERASURES_KEY, stream_key(guild_id)]

        def drop(client: redis.Redis) -> bool:
            client.register_script(scripts.DROP)(keys=keys)
            return True

        return self._link.ask(drop) is not None

    def last(self, guild_id: int) -> Position:
        """Where the guild's stream ends. Raises StreamAwayError."""
        _, epoch, offset = self._read(scripts.LAST, guild_id, guild_id)
        return Position(epoch.decode(), offset)

    def after(self, guild_id: int, offset: int, most: int) -> list[Published]:
        """Up to `most` events behind `offset` that are still kept. Raises StreamAwayError."""
        _, epoch, entries = self._read(scripts.AFTER, guild_id, offset, most)
        return [
            Published(guild_id, Position(epoch.decode(), int(id.split(b"-")[0])), fields[1])
            for id, fields in entries
        ]

    def listen(self) -> Iterator[Published | None]:
        """Events as they are published; None when listening has begun, and after a message that
        only says that something happened.

        Raises redis.RedisError when the link is lost.
        """
        client = connect(self._link.url or "", socket_timeout=None)
        with client.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.psubscribe(FORMER_PATTERN)
            channel.subscribe(CHANNEL)
            while not self._link.is_closed:
                message = channel.get_message(timeout=LISTEN_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    yield None
                elif message["type"] in ("message", "pmessage"):
                    try:
                        yield from told(message["data"])
                    except UnknownMessageError:
                        yield None

    def _read(self, script: str, guild_id: int, *arguments: Any) -> Any:
        try:
            return self._run(script, [ENDS_KEY, stream_key(guild_id)], arguments)
        except RedisTroubleError as error:
            raise StreamAwayError from error

    def _run(self, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Raises RedisTroubleError, and StreamAwayError where nobody knows the database's name."""
        try:
            name = self._incarnation.name()
            answer = self._link.run(partial(_call, script, keys, name, arguments))
            if answer[0] != b"other":
                return answer
            name = self._incarnation.reload()
            if name != answer[1].decode():
                self._begin_anew(answer[1].decode(), name)
            return self._link.run(partial(_call, script, keys, name, arguments))
        except SQLAlchemyError as error:
            raise StreamAwayError from error

    def _begin_anew(self, former: str, name: str) -> None:
        """Redis holds what another database said: all of it goes, and positions begin anew."""

        def forget(client: redis.Redis) -> None:
            for pattern in MIRRORED:
                for key in client.scan_iter(pattern, count=1_000):
                    client.unlink(key)
            keys = [INCARNATION_KEY, EPOCH_KEY, ENDS_KEY, SIZES_KEY]
            client.register_script(scripts.RENAME)(keys=keys, args=[former, name, token_hex(6)])

        self._link.run(forget)

    def put_back(self) -> None:
        """The stream knows of more than the database: that was put back to an earlier state."""
        self._incarnation.renew(self._incarnation.name())
        self._incarnation.reload()


def stream_key(guild_id: int) -> str:
    return f"events:{guild_id}"


def _keys_to_add(events: Sequence[LiveEvent]) -> list[str]:
    guilds = [guild_id for guild_id, _ in groupby(events, key=attrgetter("guild_id"))]
    return [ENDS_KEY, SIZES_KEY, ERASURES_KEY, *map(stream_key, guilds)]


def _to_add(events: Sequence[LiveEvent], mark: str, ends: Mapping[int, int] | None) -> list[Any]:
    arguments: list[Any] = [mark, KEPT_EVENTS, KEPT_BYTES, KEPT_SECONDS, CHANNEL, FORMER_CHANNEL]
    for guild_id, group in groupby(events, key=attrgetter("guild_id")):
        of_guild = list(group)
        arguments += guild_id, (ends or {}).get(guild_id, -1), len(of_guild)
        for event in of_guild:
            arguments += event.offset, field_of(event.stamp), event.body
    return arguments


def _call(
    script: str, keys: Sequence[str], name: str, arguments: Sequence[Any], client: redis.Redis
) -> Any:
    every = [INCARNATION_KEY, EPOCH_KEY, *keys]
    return client.register_script(script)(keys=every, args=[name, token_hex(6), *arguments])


def _unlock(client: redis.Redis, token: str) -> None:
    client.register_script(scripts.UNLOCK)(keys=[LOCK_KEY], args=[token])
