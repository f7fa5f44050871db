"""Turning rollups into snapshots: for a chunk of dirty guilds, from one consistent read.

A chunk is claimed with a lease, so two workers never make the same guild's snapshots, and what a
killed worker had claimed is taken up by the next after the lease. A guild that changed meanwhile
stays dirty and is redone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from sqlalchemy import Connection

from adapters.counts import GUILDS_MATERIALISED
from adapters.database import Database
from adapters.snapshot_cache import SnapshotCache
from domain.snapshot import PERIODS, SPANS, Kind, Snapshot
from domain.spans import EVERY_SPAN, Span, spans_in
from models import snapshot_facts
from models.dirty_guild import (
    Claimed,
    claim_dirty,
    finish_dirty,
    hold_claim,
    mark_dirty,
    release_dirty,
)
from models.snapshot import save_snapshots, slid_spans
from services import snapshot_documents as documents
from services.live_updates import queue_updates
from services.raids import refresh_raids
from services.snapshot_facts import Facts, GuildFacts, SpanFacts, gather
from services.text_index import index_texts
from services.user_names import shown_users
from services.violation_json import people_in

CHUNK = 100
# Many times what a chunk takes; a killed worker's guilds wait no longer than this.
LEASE_MS = 15_000
SLID_AT_ONCE = 5_000
_log = structlog.get_logger()


class ClaimLostError(Exception):
    """Slower than the lease: someone else has newer snapshots, ours must not go over them."""


def materialise_dirty(database: Database, cache: SnapshotCache, clock: Callable[[], int]) -> int:
    """Make the snapshots of all dirty guilds that nobody is at work on; how many guilds.

    Ends early where Redis is set up and cannot be told: the guilds stay dirty for the next time.
    """
    done = 0
    while count := _materialise_chunk(database, cache, clock()):
        done += count
    return done


def mark_slid(database: Database, now_ms: int) -> int:
    """Mark guilds dirty whose windows hold data and have moved on by a bucket; how many."""
    with database.read() as connection:
        slid = slid_spans(connection, now_ms, SLID_AT_ONCE)
    bits: dict[int, int] = defaultdict(int)
    for guild_id, span in slid:
        bits[guild_id] |= span.bit
    with database.write() as connection:
        mark_dirty(connection, [(id, now_ms, spans, None, None) for id, spans in bits.items()])
    return len(bits)


def mark_all(database: Database, guild_ids: Sequence[int], now_ms: int) -> None:
    """Mark guilds dirty in every span."""
    with database.write() as connection:
        mark_dirty(connection, [(id, now_ms, EVERY_SPAN, None, None) for id in guild_ids])


def _materialise_chunk(database: Database, cache: SnapshotCache, now_ms: int) -> int:
    claim = uuid4()
    with database.write() as connection:
        claimed = claim_dirty(connection, claim, now_ms, LEASE_MS, CHUNK)
    if not claimed:
        return 0
    try:
        saved = _redo(database, claim, claimed, now_ms)
    except ClaimLostError:
        _log.warning("claim_lost", guilds=len(claimed))
        saved = []
    except BaseException:
        with database.write() as connection:
            release_dirty(connection, claim)
        raise
    if saved and not _settle(database, cache, claim, claimed, saved):
        return 0
    if saved:
        GUILDS_MATERIALISED.inc(len(claimed))
    index_texts(database, [guild.guild_id for guild in claimed])
    return len(claimed)


def _settle(
    database: Database,
    cache: SnapshotCache,
    claim: UUID,
    claimed: Sequence[Claimed],
    saved: Sequence[Snapshot],
) -> bool:
    """Whether the guilds are done: not before Redis has their snapshots, as it is asked first.

    Where it could not be told they are done again, and so they are when the claim of a process
    that was killed just here runs out.
    """
    in_redis = cache.put(saved)
    cache.announce({guild.guild_id for guild in claimed})
    queue_updates(database, saved, saved[0].as_of_ms)
    with database.write() as connection:
        if in_redis:
            finish_dirty(connection, claim, claimed)
        else:
            release_dirty(connection, claim)
    return in_redis


def _redo(
    database: Database, claim: UUID, claimed: Sequence[Claimed], now_ms: int
) -> list[Snapshot]:
    refresh_raids(database, claim)
    with database.read() as connection:
        spans = {guild.guild_id: spans_in(guild.spans) for guild in claimed}
        made = make_snapshots(connection, spans, now_ms)
    with database.write() as connection:
        saved = save_snapshots(connection, made)
        # Held until the commit, so that nobody who took the claim over has saved before us.
        if len(hold_claim(connection, claim)) != len(claimed):
            raise ClaimLostError
    return saved


def make_snapshots(
    connection: Connection, spans: dict[int, list[Span]], now_ms: int
) -> list[Snapshot]:
    """Snapshots of the given spans of each guild, not yet stored (version 0)."""
    facts = gather(connection, spans, now_ms)
    context = _names(connection, facts)
    made = []
    for guild_id, guild in facts.items():
        for span in spans[guild_id]:
            for kind, document in _documents(guild, span, context):
                made.append(_snapshot(guild, kind, span, document, now_ms))
    return made


class _Context:
    """Names for the users, rules and levels that the snapshots of a chunk show."""

    def __init__(self, users: Any, levels: Any, rules: Any) -> None:
        self.users, self.levels, self.rules = users, levels, rules


def _names(connection: Connection, facts: Facts) -> _Context:
    offenders: set[tuple[int, int]] = set()
    rules: set[tuple[int, int]] = set()
    users: set[int] = set()
    for guild_id, guild in facts.items():
        offenders.update((guild_id, user_id) for user_id, _, _ in guild.top_ever)
        users.update(people_in(guild.latest))
        users.update(user_id for raid in guild.raids for user_id in raid.user_ids)
        for span in guild.spans.values():
            offenders.update((guild_id, user[0]) for user in documents.ranked(span))
            rules.update((guild_id, rule) for rule, _ in documents.leading_rules(span))
            users.update(moderator_id for moderator_id, _, _ in span.moderators)
    users.update(user_id for _, user_id in offenders)
    return _Context(
        shown_users(connection, users),
        snapshot_facts.warning_levels(connection, offenders) if offenders else {},
        snapshot_facts.rule_names(connection, rules) if rules else {},
    )


def _documents(
    guild: GuildFacts, span: Span, context: _Context
) -> Iterable[tuple[Kind, dict[str, Any]]]:
    facts, users = guild.spans[span], context.users
    if span in SPANS[Kind.TOP_OFFENDERS]:
        yield Kind.TOP_OFFENDERS, documents.top_offenders(span, guild, users, context.levels)
    if span in SPANS[Kind.TEMPORAL_ANALYTICS]:
        yield Kind.TEMPORAL_ANALYTICS, documents.temporal_analytics(guild, facts, users)
    if span in PERIODS:
        guild_id = guild.profile.guild_id
        metrics, health = documents.metrics(span, facts), documents.health(span, facts)
        yield Kind.METRICS, metrics
        yield Kind.HEALTH, health
        yield (
            Kind.RULE_EFFECTIVENESS,
            documents.rule_effectiveness(guild_id, facts, context.rules),
        )
        yield Kind.MODERATORS, documents.moderators(facts, users)
        if span in SPANS[Kind.OVERVIEW]:
            latest = documents.latest(guild, users)
            yield (
                Kind.OVERVIEW,
                {
                    "metrics": metrics,
                    "health": health,
                    "latest_violations": latest,
                    "unread_count": 0,  # nothing can be unread until notifications exist
                },
            )


def _snapshot(
    guild: GuildFacts, kind: Kind, span: Span, document: dict[str, Any], now_ms: int
) -> Snapshot:
    facts = guild.spans[span]
    return Snapshot(
        guild.profile.guild_id,
        kind,
        span,
        orjson.dumps(document),
        0,
        now_ms,
        now_ms,
        facts.window.slides_at_ms if facts.window else None,
        _holds_data(facts),
    )


def _holds_data(facts: SpanFacts) -> bool:
    """Whether a slide would change anything but the axis: data in either window."""
    return bool(facts.buckets or facts.previous or facts.heat)
