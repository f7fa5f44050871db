"""Live events on their way out: one Redis stream per guild.

An entry's id is the event's offset in its guild, so adding one again is refused by Redis itself:
publishing twice after a crash is harmless, and the order is that of the commits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import redis

from adapters.redis_link import RedisLink

KEPT_EVENTS = 1_000
LOCK_KEY = "modwatch:publisher"
LOCK_MS = 5_000
CHANNEL = "modwatch:events"

_ADD = """
local added = 0
for i = 2, #ARGV, 2 do
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
  local newest = last[1] and tonumber(string.match(last[1][1], '^%d+')) or 0
  if tonumber(ARGV[i]) > newest then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[i] .. '-0', 'event', ARGV[i + 1])
    added = added + 1
  end
end
return added
"""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    guild_id: int
    offset: int
    body: bytes  # JSON of {"type", "timestamp", "data"}


class EventStream:
    def __init__(self, link: RedisLink) -> None:
        self._link = link

    def add(self, events: Sequence[LiveEvent]) -> bool:
        """Whether the events of one guild, in order of their offsets, are in its stream now."""
        return self._link.ask(partial(_add, events=events)) is not None

    def drop(self, guild_id: int) -> None:
        """Forget the guild's events; whoever resumes is told that some are missing."""
        self._link.ask(lambda client: client.delete(stream_key(guild_id)))

    def alone(self, token: str, work: Callable[[], int]) -> int | None:
        """Run `work` unless another process is at it; None then, or when Redis is away."""
        taken = self._link.ask(lambda client: client.set(LOCK_KEY, token, nx=True, px=LOCK_MS))
        if not taken:
            return None
        try:
            return work()
        finally:
            self._link.ask(lambda client: _unlock(client, token))


def stream_key(guild_id: int) -> str:
    return f"events:{guild_id}"


def _add(client: redis.Redis, events: Sequence[LiveEvent]) -> int:
    arguments: list[bytes | int] = [KEPT_EVENTS]
    for event in events:
        arguments += [event.offset, event.body]
    add = client.register_script(_ADD)
    added = add(keys=[stream_key(events[0].guild_id)], args=arguments)
    client.publish(CHANNEL, events[0].guild_id)
    return int(added)


def _unlock(client: redis.Redis, token: str) -> None:
    if client.get(LOCK_KEY) == token.encode():
        client.delete(LOCK_KEY)
