"""Requests of each caller in the current minute, over all processes of a deployment.

A process counts at once, and hears some moments later what the others counted: a round trip for
every request would cost more than most answers do. Where it must be exact (logins), it asks.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock

import redis

from adapters.redis.link import RedisLink
from domain.rate_limits import WINDOW_SECONDS, Limit, Standing

SHARE_EVERY_SECONDS = 0.5
PREFIX = "rate:"
MOST_AT_ONCE = 500
# Far more than ask in a minute; beyond these, newcomers are counted together.
MOST_NAMES = 100_000


class RateCounts:
    def __init__(self, link: RedisLink) -> None:
        self._link, self._lock, self._sharing = link, Lock(), Lock()
        self._minute = 0
        self._here: Counter[str] = Counter()
        self._shared: Counter[str] = Counter()  # of ours, what the others know
        self._elsewhere: dict[str, int] = {}

    def take(self, name: str, limit: Limit, now_ms: int, *, exact: bool = False) -> Standing:
        """Count one more request of `name`, and say where that leaves it."""
        minute, second = divmod(now_ms // 1000, WINDOW_SECONDS)
        key = f"{limit.kind}:{name}"
        with self._lock:
            self._begin(minute)
            if key not in self._here and len(self._here) >= MOST_NAMES:
                key = limit.kind
            self._here[key] += 1
        if exact:
            self.share([key])
        elsewhere = 0 if self._link.is_away else self._elsewhere.get(key, 0)
        return Standing(limit, limit.most - self._here[key] - elsewhere, WINDOW_SECONDS - second)

    def is_over(self, name: str, limit: Limit, now_ms: int) -> bool:
        """Whether one more would be one too many; counts nothing."""
        key = f"{limit.kind}:{name}"
        if now_ms // 1000 // WINDOW_SECONDS != self._minute:
            return False
        return self._here[key] + self._elsewhere.get(key, 0) >= limit.most

    def share(self, keys: list[str] | None = None) -> None:
        """Tell the other processes of what was counted here since, and hear of theirs."""
        with self._lock:
            wanted = keys or [key for key in self._here if self._here[key] != self._shared[key]]
        for start in range(0, len(wanted), MOST_AT_ONCE):
            if not self._share_some(wanted[start : start + MOST_AT_ONCE]):
                return

    def _share_some(self, keys: list[str]) -> bool:
        """One after the other: of two at once each would tell of what the other tells of."""
        with self._sharing:
            with self._lock:
                minute = self._minute
                counts = {key: self._here[key] - self._shared[key] for key in keys}
            totals = self._link.ask(lambda client: _add(client, minute, counts))
            if totals is not None:
                self._learn(minute, counts, totals)
            return totals is not None

    def _begin(self, minute: int) -> None:
        if minute != self._minute:
            self._minute = minute
            self._here, self._shared, self._elsewhere = Counter(), Counter(), {}

    def _learn(self, minute: int, told: dict[str, int], totals: list[int]) -> None:
        with self._lock:
            if minute != self._minute:
                return
            for (key, count), total in zip(told.items(), totals, strict=True):
                self._shared[key] += count
                self._elsewhere[key] = total - self._shared[key]


def _add(client: redis.Redis, minute: int, counts: dict[str, int]) -> list[int]:
    with client.pipeline(transaction=False) as pipeline:
        for key, count in counts.items():
            pipeline.incrby(f"{PREFIX}{minute}:{key}", count)
            pipeline.expire(f"{PREFIX}{minute}:{key}", 2 * WINDOW_SECONDS)
        answers: list[int] = pipeline.execute()
    return answers[::2]
