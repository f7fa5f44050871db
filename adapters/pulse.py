"""Signs of life of workers and beat, kept in Redis."""

from __future__ import annotations

from adapters.redis_link import RedisLink

WORKERS_KEY = "modwatch:workers"
BEAT_KEY = "modwatch:beat"
WORKER_ALIVE_MS = 15_000
BEAT_ALIVE_MS = 100_000


class Pulse:
    def __init__(self, link: RedisLink) -> None:
        self._link = link

    def worker_lives(self, name: str, now_ms: int) -> None:
        self._link.ask(lambda client: client.zadd(WORKERS_KEY, {name: now_ms}))
        oldest = now_ms - WORKER_ALIVE_MS
        self._link.ask(lambda client: client.zremrangebyscore(WORKERS_KEY, "-inf", oldest))

    def beat_lives(self, now_ms: int) -> None:
        """What beat had sent was carried out."""
        self._link.ask(lambda client: client.set(BEAT_KEY, now_ms))

    def workers(self, now_ms: int) -> int:
        """How many workers gave a sign of life lately."""
        oldest = now_ms - WORKER_ALIVE_MS
        found = self._link.ask(lambda client: client.zcount(WORKERS_KEY, oldest, "+inf"))
        return found if isinstance(found, int) else 0

    def beat_age_ms(self, now_ms: int) -> int | None:
        """How long ago beat last got something done; None if never."""
        said = self._link.ask(lambda client: client.get(BEAT_KEY))
        return None if not isinstance(said, bytes) else now_ms - int(said)
