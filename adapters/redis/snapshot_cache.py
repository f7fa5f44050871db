"""Snapshots in Redis, and the word that they changed.

A copy belongs to one incarnation of the database and is written as one release does it: both stand
in its key. What the former release wrote is not read; it is dropped with each copy that is put, so
that its processes ask the table, and so is ours when one of its workers made newer ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import msgspec
import redis
from sqlalchemy.exc import SQLAlchemyError

from adapters.redis.link import RedisLink, RedisRefusedError, RedisTroubleError
from domain.snapshot import SPANS, Kind, Snapshot, cache_key
from domain.spans import Span

TTL_MS = 5 * 60_000
VERSION = 2
CHANNEL = "modwatch:snapshots:2"
FORMER_CHANNEL = "modwatch:snapshots"
# Matches that channel alone; listening by a pattern, one is not counted among its subscribers.
FORMER_PATTERN = "modwatch:snapshot[s]"
_BATCH = 500

# A worker that was slow must not put an older version over a newer one. KEYS: the copy, and what
# the former release has of it.
_PUT_NEWER = """
local have = string.match(redis.call('GETRANGE', KEYS[1], 0, 20), '^%d+')
if not have or tonumber(have) <= tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
redis.call('UNLINK', KEYS[2])
"""
# ARGV: channel, message, former channel, former message
_ANNOUNCE = """
redis.call('PUBLISH', ARGV[1], ARGV[2])
if redis.call('PUBSUB', 'NUMSUB', ARGV[3])[2] > 0 then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
"""
_KEYS = tuple((kind, span) for kind, spans in SPANS.items() for span in spans)


class _Announcement(msgspec.Struct):
    v: int
    guilds: list[int]


@dataclass(frozen=True, slots=True)
class Announced:
    """Guilds that have new snapshots; None: nobody knows which.

    by_former: made by a worker of the release before, which knows nothing of our copies
    """

    guild_ids: list[int] | None
    by_former: bool = False


class SnapshotCache:
    def __init__(self, link: RedisLink, incarnation: Callable[[], str] = lambda: "one") -> None:
        """`incarnation`: the name of the database now. Raises SQLAlchemyError."""
        self._link, self._incarnation = link, incarnation

    def get(self, guild_id: int, kind: Kind, span: Span) -> Snapshot | None:
        if (name := self._name()) is None:
            return None
        key = _key(name, guild_id, kind, span)
        packed = self._link.ask(lambda client: client.get(key))
        return _unpack(guild_id, kind, span, packed) if isinstance(packed, bytes) else None

    def put(self, snapshots: Sequence[Snapshot], ttl_ms: int = TTL_MS) -> bool:
        """Whether no Redis is left with older ones: all are in it, or there is none."""
        if (name := self._name()) is None:
            return False
        remaining = iter(snapshots)
        while batch := list(islice(remaining, _BATCH)):
            try:
                self._link.run(partial(_put, name=name, batch=batch, ttl_ms=ttl_ms))
            except RedisRefusedError:
                # One that is full still lets go: then the table is asked.
                if not self._drop([(one.guild_id, one.kind, one.span) for one in batch]):
                    return False
            except RedisTroubleError:
                return not self._link.is_configured
        return True

    def drop(self, guild_ids: Iterable[int]) -> bool:
        """Forget all copies of these guilds; False where that could not be done."""
        return self._drop([(id, kind, span) for id in guild_ids for kind, span in _KEYS])

    def _drop(self, keys: Sequence[tuple[int, Kind, Span]]) -> bool:
        name = self._name()
        if name is None or not keys:
            return name is not None
        every = [of for key in keys for of in (_key(name, *key), cache_key(*key))]
        return self._link.ask(lambda client: client.unlink(*every)) is not None

    def announce(self, guild_ids: Iterable[int]) -> None:
        """Tell every web process that these guilds have new snapshots."""
        ids = sorted(guild_ids)
        message = msgspec.json.encode(_Announcement(VERSION, ids))
        said: list[str | bytes] = [CHANNEL, message, FORMER_CHANNEL, msgspec.json.encode(ids)]
        self._link.ask(lambda client: client.register_script(_ANNOUNCE)(args=said))

    def _name(self) -> str | None:
        """None while the database, whose copies these are, is away."""
        if not self._link.is_configured:
            return ""
        try:
            return self._incarnation()
        except SQLAlchemyError:
            return None


def announced(message: bytes) -> Announced:
    """What a message on either channel says."""
    try:
        return Announced(msgspec.json.decode(message, type=list[int]), by_former=True)
    except msgspec.DecodeError:
        pass
    try:
        said = msgspec.json.decode(message, type=_Announcement)
    except msgspec.DecodeError:
        return Announced(None)
    return Announced(said.guilds if said.v == VERSION else None)


def _key(name: str, guild_id: int, kind: Kind, span: Span) -> str:
    return f"{VERSION}:{name}:{cache_key(guild_id, kind, span)}"


def _put(client: redis.Redis, name: str, batch: Sequence[Snapshot], ttl_ms: int) -> bool:
    pipeline = client.pipeline(transaction=False)
    put = client.register_script(_PUT_NEWER)
    for one in batch:
        key = (one.guild_id, one.kind, one.span)
        keys = [_key(name, *key), cache_key(*key)]
        put(keys=keys, args=[_pack(one), ttl_ms, one.version], client=pipeline)
    pipeline.execute()
    return True


def _pack(one: Snapshot) -> bytes:
    head = (one.version, one.as_of_ms, one.changed_ms, one.slides_at_ms or 0, int(one.holds_data))
    return b"%d %d %d %d %d\n" % head + one.body


def _unpack(guild_id: int, kind: Kind, span: Span, packed: bytes) -> Snapshot:
    head, _, body = packed.partition(b"\n")
    version, as_of_ms, changed_ms, slides_at_ms, holds_data = map(int, head.split())
    return Snapshot(
        guild_id=guild_id,
        kind=kind,
        span=span,
        body=body,
        version=version,
        as_of_ms=as_of_ms,
        changed_ms=changed_ms,
        slides_at_ms=slides_at_ms or None,
        holds_data=bool(holds_data),
    )
