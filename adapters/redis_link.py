"""The link to Redis (or Valkey), which may be absent or away: callers ask, and go on without.

After a failure the link counts as away for a moment, so a dead server costs one short wait in a
while and not one per call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any, TypeVar

import redis
import structlog

T = TypeVar("T")
TIMEOUT_SECONDS = 1.0
AWAY_SECONDS = 1.0
MOST_AT_ONCE = 64
_log = structlog.get_logger()


class RedisLink:
    """`ask` runs a command, or gives None when there is no server to run it."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.is_closed = False
        self._away_until = 0.0
        self._client = None if url is None else connect(url)
        # redis-py keeps up to 100 connections and fails whoever wants one more: everybody's socket
        # coming back after a restart wants them all in the same moment.
        self._turns = BoundedSemaphore(MOST_AT_ONCE)

    @property
    def is_configured(self) -> bool:
        return self._client is not None

    @property
    def is_away(self) -> bool:
        return self._client is None or time.monotonic() < self._away_until

    def ask(self, command: Callable[[redis.Redis], T]) -> T | None:
        if self._client is None or self.is_away:
            return None
        try:
            with self._turns:
                return None if self.is_away else command(self._client)
        except redis.RedisError as error:
            # Also what a server that is there answers: out of memory, read only, still loading.
            self._away_until = time.monotonic() + AWAY_SECONDS
            _log.warning("redis_away", error=str(error))
            return None

    def ping(self) -> bool:
        """Whether the server answers now, however it was a moment ago."""
        self._away_until = 0.0
        return bool(self.ask(lambda client: client.ping()))

    def close(self) -> None:
        """Those who listen through this link stop within seconds."""
        self.is_closed = True
        if self._client is not None:
            self._client.close()


def connect(url: str, **options: Any) -> redis.Redis:
    """A client with short timeouts and no retries of its own: the fallbacks are ours."""
    defaults: dict[str, Any] = {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "retry": None,
    }
    return redis.Redis.from_url(url, **(defaults | options))
