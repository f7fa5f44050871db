"""Signs of life of workers and beat, kept in Redis.

One that is far ahead of now is of a clock that was set back since, and says nothing about now.
"""

from __future__ import annotations

from adapters.redis.link import RedisLink

WORKERS_KEY = "modwatch:workers"
BEAT_KEY = "modwatch:beat"
WORKER_ALIVE_MS = 15_000
BEAT_ALIVE_MS = 100_000


class Pulse:
    def __init__(self, link: RedisLink) -> None:
        self._link = link

    def worker_lives(self, name: str, now_ms: int) -> None:
        self._link.ask(lambda client: client.zadd(WORKERS_KEY, {name: now_ms}))
        oldest, latest = now_ms - WORKER_ALIVE_MS, now_ms + WORKER_ALIVE_MS
        self._link.ask(lambda client: client.zremrangebyscore(WORKERS_KEY, "-inf", oldest))
        self._link.ask(lambda client: client.zremrangebyscore(WORKERS_KEY, f"({latest}", "+inf"))

    def beat_lives(self, now_ms: int) -> None:
        """What beat had sent was carried out."""
        self._link.ask(lambda client: client.set(BEAT_KEY, now_ms))

    def workers(self, now_ms: int) -> int:
        """How many workers gave a sign of life lately."""
        oldest, latest = now_ms - WORKER_ALIVE_MS, now_ms + WORKER_ALIVE_MS
        found = self._link.ask(lambda client: client.zcount(WORKERS_KEY, oldest, latest))
        return found if isinstance(found, int) else 0

    def hosts(self, now_ms: int) -> set[str]:
        """The hosts of these workers: what stands behind the @ of their names."""
        oldest, latest = now_ms - WORKER_ALIVE_MS, now_ms + WORKER_ALIVE_MS
        found = self._link.ask(lambda client: client.zrangebyscore(WORKERS_KEY, oldest, latest))
        names = found if isinstance(found, list) else []
        return {name.decode().partition("@")[2] for name in names if isinstance(name, bytes)}

    def beat_age_ms(self, now_ms: int) -> int | None:
        """How long ago beat last got something done; None if that is unknown."""
        said = self._link.ask(lambda client: client.get(BEAT_KEY))
        if not isinstance(said, bytes) or int(said) > now_ms + BEAT_ALIVE_MS:
            return None
        return max(now_ms - int(said), 0)

    def beat_is_alive(self, now_ms: int) -> bool:
        age_ms = self.beat_age_ms(now_ms)
        return age_ms is not None and age_ms <= BEAT_ALIVE_MS
