"""Snapshots in Redis, and the word that they changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice

import msgspec
import redis

from adapters.redis_link import RedisLink
from domain.snapshot import Kind, Snapshot, cache_key
from domain.spans import Span

TTL_MS = 5 * 60_000
CHANNEL = "modwatch:snapshots"
_BATCH = 500

# A worker that was slow must not put an older version over a newer one.
_PUT_NEWER = """
local have = string.match(redis.call('GETRANGE', KEYS[1], 0, 20), '^%d+')
if have and tonumber(have) > tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""


class SnapshotCache:
    def __init__(self, link: RedisLink) -> None:
        self._link = link

    def get(self, guild_id: int, kind: Kind, span: Span) -> Snapshot | None:
        key = cache_key(guild_id, kind, span)
        packed = self._link.ask(lambda client: client.get(key))
        return _unpack(guild_id, kind, span, packed) if isinstance(packed, bytes) else None

    def put(self, snapshots: Sequence[Snapshot], ttl_ms: int = TTL_MS) -> bool:
        """Whether no Redis is left with older ones: all are in it, or there is none."""
        remaining = iter(snapshots)
        while batch := list(islice(remaining, _BATCH)):
            if self._link.ask(partial(_put, batch=batch, ttl_ms=ttl_ms)) is None:
                return not self._link.is_configured
        return True

    def announce(self, guild_ids: Iterable[int]) -> None:
        """Tell every web process that these guilds have new snapshots."""
        message = msgspec.json.encode(sorted(guild_ids))
        self._link.ask(lambda client: client.publish(CHANNEL, message))


def _put(client: redis.Redis, batch: Sequence[Snapshot], ttl_ms: int) -> bool:
    pipeline = client.pipeline(transaction=False)
    put = client.register_script(_PUT_NEWER)
    for one in batch:
        key = cache_key(one.guild_id, one.kind, one.span)
        put(keys=[key], args=[_pack(one), ttl_ms, one.version], client=pipeline)
    pipeline.execute()
    return True


def _pack(one: Snapshot) -> bytes:
    head = (one.version, one.as_of_ms, one.changed_ms, one.slides_at_ms or 0, int(one.holds_data))
    return b"%d %d %d %d %d\n" % head + one.body


def _unpack(guild_id: int, kind: Kind, span: Span, packed: bytes) -> Snapshot:
    head, _, body = packed.partition(b"\n")
    version, as_of_ms, changed_ms, slides_at_ms, holds_data = map(int, head.split())
    return Snapshot(
        guild_id,
        kind,
        span,
        body,
        version,
        as_of_ms,
        changed_ms,
        slides_at_ms or None,
        bool(holds_data),
    )
