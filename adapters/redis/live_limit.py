"""How many WebSockets one person has open on one guild, over all processes of a deployment.

Sockets are entered in Redis under the process that has them. A process says every few seconds that
it lives; what a killed one entered counts no more as soon as it is silent for LIVES_MS.
"""

from __future__ import annotations

from collections import defaultdict
from secrets import token_hex
from threading import Lock

import redis

from adapters.redis.link import RedisLink
from domain.live import MAXIMUM_CONNECTIONS

LIVES_MS = 6_000
SAY_EVERY_SECONDS = 2.0
# Entries of killed processes go with the next socket of that person and guild, or after a day.
KEPT_SECONDS = 86_400
PROCESS_PREFIX = "live:process:"

# KEYS: the person's sockets on the guild. ARGV: socket, process, most, prefix of processes, kept
_ENTER = """
local entered, count = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #entered, 2 do
  if redis.call('EXISTS', ARGV[4] .. entered[i + 1]) == 0 then
    redis.call('HDEL', KEYS[1], entered[i])
  else
    count = count + 1
  end
end
if count >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


class LiveLimit:
    """Counts in this process as well: that is all there is without Redis, or while it is away."""

    def __init__(self, link: RedisLink, most: int = MAXIMUM_CONNECTIONS) -> None:
        self._link, self._most = link, most
        self._process = token_hex(8)
        self._here: dict[tuple[str, int], set[object]] = defaultdict(set)
        self._lock = Lock()
        self._has_said = False

    def enter(self, name: str, guild_id: int, socket: object) -> bool:
        """Whether the person may have this socket on the guild; entering one again is harmless."""
        key = name, guild_id
        with self._lock:
            if socket in self._here[key]:
                return True
            if len(self._here[key]) >= self._most:
                return False
            self._here[key].add(socket)
        if self._may_enter(name, guild_id, socket):
            return True
        self._forget(key, socket)
        return False

    def leave(self, name: str, guild_id: int, socket: object) -> None:
        if self._forget((name, guild_id), socket):
            field = self._field(socket)
            self._link.ask(lambda client: client.hdel(_key(name, guild_id), field))

    def say_alive(self) -> None:
        """To be called every SAY_EVERY_SECONDS."""
        key = PROCESS_PREFIX + self._process
        self._has_said = bool(self._link.ask(lambda client: client.set(key, 1, px=LIVES_MS)))

    def close(self) -> None:
        """Nothing that this process entered counts any more."""
        self._link.ask(lambda client: client.delete(PROCESS_PREFIX + self._process))
        self._has_said = False

    def _may_enter(self, name: str, guild_id: int, socket: object) -> bool:
        if not self._has_said:
            self.say_alive()

        def enter(client: redis.Redis) -> bool:
            mine = [self._field(socket), self._process]
            arguments: list[str | int] = [*mine, self._most, PROCESS_PREFIX, KEPT_SECONDS]
            script = client.register_script(_ENTER)
            return bool(script(keys=[_key(name, guild_id)], args=arguments))

        # None without Redis: what is open here is all that is known.
        return self._link.ask(enter) is not False

    def _field(self, socket: object) -> str:
        return f"{self._process}:{id(socket)}"

    def _forget(self, key: tuple[str, int], socket: object) -> bool:
        """Whether it was there."""
        with self._lock:
            mine = self._here.get(key, set())
            was_there = socket in mine
            mine.discard(socket)
            if not mine:
                self._here.pop(key, None)
            return was_there


def _key(name: str, guild_id: int) -> str:
    return f"live:sockets:{guild_id}:{name}"
