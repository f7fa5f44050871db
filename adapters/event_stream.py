"""Live events on their way out: one Redis stream per guild, and a channel that tells everybody.

An entry's id is the event's offset in its guild, so adding one again is refused by the stream:
publishing twice after a crash is harmless, and the order is that of the commits. Adding and telling
happen in one script, so subscribers hear of each event once and in order. What is added to a guild
together is told in one message, a line each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from operator import attrgetter
from secrets import token_hex
from typing import Any, Protocol

import redis

from adapters.redis_link import RedisLink, connect
from domain.live import Position

KEPT_EVENTS = 1_000
# Redis does nothing else while it adds: a few milliseconds for so many.
EVENTS_AT_ONCE = 500
LOCK_KEY = "modwatch:publisher"
LOCK_MS = 5_000
EPOCH_KEY = "modwatch:epoch"
CHANNEL = "modwatch:events"
# How long a wait for events lasts before the listener looks whether the link was closed.
LISTEN_SECONDS = 5.0

# Where a stream ends, also when nothing is in it any more. XINFO says names and values in turn.
_NEWEST = """
local function newest(stream)
  if redis.call('EXISTS', stream) == 0 then return 0 end
  local about = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #about, 2 do
    if about[i] == 'last-generated-id' then return tonumber(string.match(about[i + 1], '^%d+')) end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'NX')
local epoch = redis.call('GET', KEYS[1])
"""

# KEYS: epoch, streams. ARGV: fresh epoch, kept, channel; then for each stream its guild, how many
# events, and offset and body of each.
_ADD = f"""{_NEWEST}
local at = 4
for stream = 2, #KEYS do
  local last, news = newest(KEYS[stream]), {{ARGV[at] .. ' ' .. epoch}}
  local past = at + 2 + 2 * tonumber(ARGV[at + 1])
  for i = at + 2, past - 1, 2 do
    local offset, body = ARGV[i], ARGV[i + 1]
    if tonumber(offset) > last then
      redis.call('XADD', KEYS[stream], 'MAXLEN', '~', ARGV[2], offset .. '-0', 'event', body)
      news[#news + 1] = offset .. ' ' .. body
    end
  end
  if #news > 1 then redis.call('PUBLISH', ARGV[3], table.concat(news, '\\n')) end
  at = past
end
"""

# KEYS: epoch, stream. ARGV: fresh epoch.
_LAST = f"""{_NEWEST}
return {{epoch, newest(KEYS[2])}}
"""

# KEYS: epoch, stream. ARGV: fresh epoch, offset, most.
_AFTER = f"""{_NEWEST}
return {{epoch, redis.call('XRANGE', KEYS[2], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])}}
"""

# KEYS: lock. ARGV: whose it was.
_UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    guild_id: int
    offset: int
    body: bytes  # JSON of {"type", "timestamp", "data"}, on one line


@dataclass(frozen=True, slots=True)
class Published:
    """An event as subscribers hear of it."""

    guild_id: int
    position: Position
    body: bytes


class StreamAwayError(Exception):
    """The stream cannot be reached."""


class Stream(Protocol):
    def add(self, events: Sequence[LiveEvent]) -> bool: ...

    def alone(self, token: str, work: Callable[[], int]) -> int | None: ...

    def drop(self, guild_id: int) -> None: ...

    def last(self, guild_id: int) -> Position: ...

    def after(self, guild_id: int, offset: int, most: int) -> list[Published]: ...

    def listen(self) -> Iterator[Published | None]: ...


class EventStream:
    def __init__(self, link: RedisLink) -> None:
        self._link = link

    def add(self, events: Sequence[LiveEvent]) -> bool:
        """Whether the events, guild by guild in order of their offsets, are in the streams now."""
        remaining = iter(events)
        while some := list(islice(remaining, EVENTS_AT_ONCE)):
            if self._link.ask(partial(_add, events=some)) is None:
                return False
        return True

    def alone(self, token: str, work: Callable[[], int]) -> int | None:
        """Run `work` unless another process is at it; None then, or when Redis is away."""
        taken = self._link.ask(lambda client: client.set(LOCK_KEY, token, nx=True, px=LOCK_MS))
        if not taken:
            return None
        try:
            return work()
        finally:
            self._link.ask(lambda client: _unlock(client, token))

    def drop(self, guild_id: int) -> None:
        """Forget the guild's events; whoever resumes is told that some are missing."""
        # Not deleted: where it ends must stay known, or its next event looks like a gap.
        self._link.ask(lambda client: client.xtrim(stream_key(guild_id), maxlen=0))

    def last(self, guild_id: int) -> Position:
        """Where the guild's stream ends. Raises StreamAwayError."""
        found = self._link.ask(partial(_last, guild_id=guild_id))
        if found is None:
            raise StreamAwayError
        return found

    def after(self, guild_id: int, offset: int, most: int) -> list[Published]:
        """Up to `most` events behind `offset` that are still kept. Raises StreamAwayError."""
        found = self._link.ask(partial(_after, guild_id=guild_id, offset=offset, most=most))
        if found is None:
            raise StreamAwayError
        return found

    def listen(self) -> Iterator[Published | None]:
        """Events as they are published; None once, when listening has begun.

        Raises redis.RedisError when the link is lost.
        """
        client = connect(self._link.url or "", socket_timeout=None)
        with client.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(CHANNEL)
            while not self._link.is_closed:
                message = channel.get_message(timeout=LISTEN_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    yield None
                elif message["type"] == "message":
                    yield from _told(message["data"])


def stream_key(guild_id: int) -> str:
    return f"events:{guild_id}"


def _add(client: redis.Redis, events: Sequence[LiveEvent]) -> bool:
    guild_ids: list[int] = []
    arguments: list[Any] = [KEPT_EVENTS, CHANNEL]
    for guild_id, group in groupby(events, key=attrgetter("guild_id")):
        of_guild = list(group)
        guild_ids.append(guild_id)
        arguments += guild_id, len(of_guild)
        for event in of_guild:
            arguments += event.offset, event.body
    _run(client, _ADD, guild_ids, *arguments)
    return True


def _told(message: bytes) -> Iterator[Published]:
    head, *lines = message.split(b"\n")
    guild_id, epoch = head.split(b" ")
    for line in lines:
        offset, body = line.split(b" ", 1)
        yield Published(int(guild_id), Position(epoch.decode(), int(offset)), body)


def _last(client: redis.Redis, guild_id: int) -> Position:
    epoch, offset = _run(client, _LAST, [guild_id])
    return Position(epoch.decode(), offset)


def _after(client: redis.Redis, guild_id: int, offset: int, most: int) -> list[Published]:
    epoch, entries = _run(client, _AFTER, [guild_id], offset, most)
    return [
        Published(guild_id, Position(epoch.decode(), int(id.split(b"-")[0])), body)
        for id, (_, body) in entries
    ]


def _run(client: redis.Redis, script: str, guild_ids: Sequence[int], *arguments: Any) -> Any:
    keys = [EPOCH_KEY, *map(stream_key, guild_ids)]
    return client.register_script(script)(keys=keys, args=[token_hex(6), *arguments])


def _unlock(client: redis.Redis, token: str) -> None:
    client.register_script(_UNLOCK)(keys=[LOCK_KEY], args=[token])
