"""Which guilds somebody looks at: their snapshots are made at once, those of the others by and by.

A process says so of a guild once a minute at most, while it is read or listened to. What nobody can
know counts as looked at: without Redis every guild, and with one that has not been asked for as
long as a look counts, since it may have lost what it knew, or processes of a release before may
serve readers of whom it hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from threading import Lock

import redis

from adapters.redis.link import RedisLink
from domain.windows import MINUTE_MS

KEY = "modwatch:looks"
KNOWN_SINCE_KEY = "modwatch:looks-known-since"
SAY_EVERY_MS = MINUTE_MS
COUNTS_MS = 10 * MINUTE_MS
# A process forgets whom nobody asked for lately when it knows so many.
MOST_KNOWN = 50_000


class Looks:
    def __init__(self, link: RedisLink, clock: Callable[[], int]) -> None:
        self._link, self._clock = link, clock
        # guild -> when this process began to look, and when it last said so
        self._known: dict[int, tuple[int, int]] = {}
        self._lock = Lock()

    def note(self, guild_id: int) -> int:
        """Somebody looks at the guild; since when somebody has in this process, epoch ms."""
        now_ms = self._clock()
        since_ms, said_ms = self._known.get(guild_id, (now_ms, None))
        if said_ms is not None and 0 <= now_ms - said_ms < SAY_EVERY_MS:
            return since_ms
        # Whoever comes back after a while, or by a clock that was set back, is as new.
        if said_ms is None or not 0 <= now_ms - said_ms < COUNTS_MS:
            since_ms = now_ms
        heard = self._link.ask(lambda client: client.zadd(KEY, {str(guild_id): now_ms}))
        # What nobody heard is said again with the next look.
        said_ms = now_ms if heard is not None else now_ms - SAY_EVERY_MS
        with self._lock:
            if len(self._known) >= MOST_KNOWN:
                self._forget(now_ms)
            self._known[guild_id] = (since_ms, said_ms)
        return since_ms

    def note_all(self, guild_ids: Iterable[int]) -> None:
        for guild_id in guild_ids:
            self.note(guild_id)

    def looked_at(self) -> Collection[int] | None:
        """Guilds that somebody looks at; None where that is not known: then it may be any."""
        now_ms = self._clock()
        found = self._link.ask(lambda client: _read(client, now_ms))
        if found is None:
            return None
        known_since_ms, guild_ids = found
        if not now_ms - known_since_ms >= COUNTS_MS:
            return None
        return guild_ids

    def _forget(self, now_ms: int) -> None:
        fresh = {id: one for id, one in self._known.items() if 0 <= now_ms - one[1] < COUNTS_MS}
        self._known = fresh if len(fresh) < MOST_KNOWN else {}


def _read(client: redis.Redis, now_ms: int) -> tuple[int, list[int]]:
    pipeline = client.pipeline(transaction=False)
    pipeline.zremrangebyscore(KEY, "-inf", now_ms - COUNTS_MS)
    # Of a clock that was set back since.
    pipeline.zremrangebyscore(KEY, f"({now_ms + MINUTE_MS}", "+inf")
    pipeline.set(KNOWN_SINCE_KEY, now_ms, nx=True)
    pipeline.get(KNOWN_SINCE_KEY)
    pipeline.zrange(KEY, 0, -1)
    *_, since, members = pipeline.execute()
    if int(since) > now_ms:
        client.set(KNOWN_SINCE_KEY, now_ms)
    return int(since), [int(member) for member in members]
