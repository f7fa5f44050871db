"""The link to Redis (or Valkey), which may be absent, away or unwilling: callers ask, and go on.

Three things go wrong with it, and they are told apart:
away: nobody answers, or answers that it cannot yet. The link counts as away for a moment then, so a
    dead server costs one short wait in a while and not one per call.
refused: the server is there and reads go on, but it takes no writes: it is full, a replica, or
    cannot write to its disk. That is said once a minute, and the next command is sent all the same.
mistake: what was asked made no sense to it, such as a key of another type. That is ours, concerns
    this one command, and is written down with its stack.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

import redis
import structlog

from adapters.redis.address import connect
from adapters.telemetry.seldom import REDIS_AWAY, say_seldom

T = TypeVar("T")
AWAY_SECONDS = 1.0
MOST_AT_ONCE = 64
PROBE_KEY = "modwatch:probe"
PROBE_MS = 60_000
_log = structlog.get_logger()

_AWAY = (
    redis.ConnectionError,  # also what is still loading, and wants another password
    redis.TimeoutError,
    redis.exceptions.ClusterDownError,  # also a replica that has lost its primary
    redis.exceptions.TryAgainError,
)
# How an error begins that says no to writes, or a script reports from inside it.
_REFUSALS = ("OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM")

# KEYS: what is claimed. ARGV: by whom, for how many ms. One that lasts longer than anybody may have
# it is of a clock that was set back.
_CLAIM = """
if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""


class RedisTroubleError(Exception):
    """Redis did not do what was asked."""


class RedisAwayError(RedisTroubleError):
    """There is none, or it does not answer."""


class RedisRefusedError(RedisTroubleError):
    """It is there, and takes no writes."""


class RedisMistakeError(RedisTroubleError):
    """It is there, and could make nothing of the command."""


class RedisLink:
    """`ask` runs a command, or gives None where that was not done; `run` says why not."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.is_closed = False
        self._away_until = 0.0
        self._was_away = False
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
        try:
            return self.run(command)
        except RedisTroubleError:
            return None

    def run(self, command: Callable[[redis.Redis], T]) -> T:
        """Raises RedisTroubleError: one of the three above."""
        if self._client is None or self.is_away:
            raise RedisAwayError("Redis cannot be reached")
        try:
            with self._turns:
                if self.is_away:
                    raise RedisAwayError("Redis cannot be reached")
                answer = command(self._client)
        except redis.RedisError as error:
            raise self._noted(error) from error
        if self._was_away:
            self._was_away = False
            say_seldom(_log.warning, "redis_is_back")
        return answer

    def ping(self) -> bool:
        """Whether the server answers now, however it was a moment ago."""
        self._away_until = 0.0
        return bool(self.ask(lambda client: client.ping()))

    def probe(self) -> None:
        """Write something now, however it was a moment ago. Raises RedisTroubleError."""
        self._away_until = 0.0
        self.run(lambda client: client.set(PROBE_KEY, 1, px=PROBE_MS))

    def claim(self, key: str, by: str, for_ms: int) -> bool:
        """Whether the key is free and is `by`'s from now on. Raises RedisTroubleError."""

        def claim(client: redis.Redis) -> bool:
            return bool(client.register_script(_CLAIM)(keys=[key], args=[by, for_ms]))

        return self.run(claim)

    def close(self) -> None:
        """Those who listen through this link stop within seconds."""
        self.is_closed = True
        if self._client is not None:
            self._client.close()

    def _noted(self, error: redis.RedisError) -> RedisTroubleError:
        trouble = trouble_of(error)
        if isinstance(trouble, RedisAwayError):
            self._away_until, self._was_away = time.monotonic() + AWAY_SECONDS, True
            say_seldom(_log.warning, REDIS_AWAY, error=str(error))
        elif isinstance(trouble, RedisMistakeError):
            _log.error("redis_mistake", error=str(error), exc_info=error)
        else:
            say_seldom(_log.warning, "redis_refuses", error=str(error))
        return trouble


def trouble_of(error: redis.RedisError) -> RedisTroubleError:
    """Which of the three it is."""
    text = str(error)
    if isinstance(error, _AWAY):
        return RedisAwayError(text)
    named = isinstance(error, redis.exceptions.OutOfMemoryError | redis.ReadOnlyError)
    is_refusal = named or isinstance(error, redis.exceptions.NoPermissionError)
    if is_refusal or any(text.startswith(one) or f"-{one} " in text for one in _REFUSALS):
        return RedisRefusedError(text)
    return RedisMistakeError(text)
