"""Cache-aside in Redis: a value is computed once for all who ask, on this host and on others.

Whoever is to compute takes `lock:{key}` with a token; the value is stored only while the token
still stands. `drop` deletes key and lock, so what was read before a change is not stored after it.
Without Redis everything is computed, still once per process at a time. Failures are not cached.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from secrets import token_hex

import redis

from adapters.process.single_flight import SingleFlight
from adapters.redis.link import RedisLink, RedisTroubleError

LOCK_MS = 5_000
POLL_SECONDS = 0.02

_STORE_IF_MINE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1
"""
_UNLOCK_IF_MINE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


class CacheAside:
    def __init__(self, link: RedisLink, flights: SingleFlight[bytes] | None = None) -> None:
        self._link = link
        self.flights: SingleFlight[bytes] = flights or SingleFlight()

    def get_or_compute(
        self, key: str, ttl_ms: int | Callable[[bytes], int], compute: Callable[[], bytes]
    ) -> bytes:
        """The cached value, or `compute()`, kept for `ttl_ms`, which may depend on the value."""
        cached = self._get(key)
        if cached is not None:
            return cached
        return self.flights.run(key, lambda: self._fill(key, ttl_ms, compute))

    def drop(self, *keys: str) -> bool:
        """Forget the values, and those being computed. False when Redis could not be told."""
        self.flights.detach(lambda key: key in keys)
        names = [name for key in keys for name in (key, _lock(key))]
        return self._link.ask(lambda client: client.delete(*names)) is not None

    def _get(self, key: str) -> bytes | None:
        found = self._link.ask(lambda client: client.get(key))
        return found if isinstance(found, bytes) else None

    def _fill(
        self, key: str, ttl_ms: int | Callable[[bytes], int], compute: Callable[[], bytes]
    ) -> bytes:
        token, deadline = token_hex(8), time.monotonic() + LOCK_MS / 1000
        while not self._take(key, token) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)  # somebody else computes
            if (found := self._get(key)) is not None:
                return found
        try:
            value = compute()
        except BaseException:
            self._link.ask(lambda client: client.eval(_UNLOCK_IF_MINE, 1, _lock(key), token))
            raise
        kept_ms = ttl_ms if isinstance(ttl_ms, int) else ttl_ms(value)
        self._link.ask(lambda client: _store(client, key, token, value, kept_ms))
        return value

    def _take(self, key: str, token: str) -> bool:
        """Whether this call is to compute; without Redis every one is."""
        try:
            return self._link.claim(_lock(key), token, LOCK_MS)
        except RedisTroubleError:
            return True


def config_key(guild_id: int) -> str:
    return f"config:{guild_id}"


def rules_key(guild_id: int) -> str:
    return f"rules:{guild_id}"


def _lock(key: str) -> str:
    return f"lock:{key}"


def _store(client: redis.Redis, key: str, token: str, value: bytes, ttl_ms: int) -> object:
    return client.eval(_STORE_IF_MINE, 2, key, _lock(key), token, value, ttl_ms)
