"""How close the bot is to the limits at which Discord shuts it out, seen from its own requests.

discord.py has no public way to ask for them, but takes a trace of its HTTP requests:

    watch = RateLimitWatch()
    bot = commands.Bot(..., http_trace=watch.trace())
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp

from modwatch_client import RateLimit

# Per bot, as Discord's documentation has them. Limits of single routes are not watched: a route
# used up for its two seconds is everyday, and discord.py waits for it.
GLOBAL_LIMIT, GLOBAL_SECONDS = 50, 1.0
INVALID_LIMIT, INVALID_SECONDS = 10_000, 600.0
INVALID = {401, 403, 429}


class RateLimitWatch:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._requests: deque[float] = deque()
        self._invalid: deque[float] = deque()
        self._busiest = 0  # requests within a second, since somebody asked

    def trace(self) -> aiohttp.TraceConfig:
        """For `http_trace` of the bot."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._on_request_end)
        return config

    def headroom(self) -> RateLimit:
        """The tighter of the two: the busiest second since the last call, and invalid requests."""
        self._forget()
        busiest, self._busiest = max(self._busiest, len(self._requests)), len(self._requests)
        of_all = RateLimit(limit=GLOBAL_LIMIT, remaining=max(GLOBAL_LIMIT - busiest, 0))
        left = max(INVALID_LIMIT - len(self._invalid), 0)
        if left / INVALID_LIMIT >= of_all.remaining / GLOBAL_LIMIT:
            return of_all
        reset_ms = round((self._invalid[0] + INVALID_SECONDS - self._clock()) * 1000)
        return RateLimit(limit=INVALID_LIMIT, remaining=left, reset_after_ms=max(reset_ms, 0))

    def note(self, status: int) -> None:
        now = self._clock()
        self._requests.append(now)
        if status in INVALID and len(self._invalid) < INVALID_LIMIT:
            self._invalid.append(now)
        self._forget()
        self._busiest = max(self._busiest, len(self._requests))

    def _forget(self) -> None:
        now = self._clock()
        for seen, seconds in (
            (self._requests, GLOBAL_SECONDS),
            (self._invalid, INVALID_SECONDS),
        ):
            while seen and seen[0] <= now - seconds:
                seen.popleft()

    async def _on_request_end(
        self, session: aiohttp.ClientSession, context: Any, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.note(end.response.status)
