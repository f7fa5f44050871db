"""What the documents of some guilds say, from one consistent read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.snapshot import Kind, Snapshot
from domain.spans import Span
from domain.touched import Document, documents_in
from models.guilds.channel_names import channels_by_guild
from models.snapshots import facts as snapshot_facts
from services.snapshots.documents.figures import health, metrics
from services.snapshots.documents.people import moderators, top_offenders
from services.snapshots.documents.rules import rule_effectiveness
from services.snapshots.documents.shapes import Levels, RuleNames
from services.snapshots.documents.times import temporal_analytics
from services.snapshots.facts import Facts, GuildFacts, SpanFacts
from services.snapshots.gather import gather
from services.snapshots.wanted import Wanted
from services.users.names import Shown, shown_by_guild
from services.violations.shape import channels_in, people_in, shown_violations


def make_snapshots(
    connection: Connection, documents: Mapping[int, int], now_ms: int
) -> list[Snapshot]:
    """Snapshots of these documents (bits of domain.touched) of each guild, not yet stored
    (version 0).
    """
    facts = gather(connection, Wanted(documents), now_ms)
    context = _names(connection, facts)
    return [
        _snapshot(guild, document, body, now_ms)
        for guild_id, guild in facts.items()
        for document, body in _bodies(guild, documents_in(documents[guild_id]), context)
    ]


@dataclass(frozen=True, slots=True)
class _Context:
    """Names for the users, channels (both by guild) and rules that a chunk shows; and levels."""

    users: dict[int, Shown]
    channels: dict[int, dict[int, str]]
    levels: Levels
    rules: RuleNames


def _names(connection: Connection, facts: Facts) -> _Context:
    offenders: set[tuple[int, int]] = set()
    rules: set[tuple[int, int]] = set()
    people: dict[int, set[int]] = {}
    for guild_id, guild in facts.items():
        leading = {user_id for user_id, _, _ in guild.top_ever}
        leading.update(user_id for span in guild.spans.values() for user_id, _, _ in span.top)
        offenders.update((guild_id, user_id) for user_id in leading)
        users = people[guild_id] = people_in(guild.latest) | leading
        users.update(user_id for raid in guild.raids for user_id in raid.user_ids)
        for span in guild.spans.values():
            rules.update((guild_id, rule) for rule, _ in span.leading_rules)
            users.update(moderator_id for moderator_id, _, _ in span.moderators)
    return _Context(
        shown_by_guild(connection, people),
        channels_by_guild(connection, {id: channels_in(one.latest) for id, one in facts.items()}),
        snapshot_facts.warning_levels(connection, offenders) if offenders else {},
        snapshot_facts.rule_names(connection, rules) if rules else {},
    )


def _bodies(
    guild: GuildFacts, documents: Sequence[Document], context: _Context
) -> Iterator[tuple[Document, bytes]]:
    """Each with its JSON. An overview comes last, and says again what two others said."""
    made: dict[Document, bytes] = {}
    for document in documents:
        made[document] = orjson.dumps(_content(guild, document, context, made))
        yield document, made[document]


def _content(
    guild: GuildFacts, document: Document, context: _Context, made: Mapping[Document, bytes]
) -> dict[str, Any]:
    (kind, span), guild_id = document, guild.profile.guild_id
    facts, users = guild.spans[span], context.users[guild_id]
    match kind:
        case Kind.METRICS:
            return metrics(span, facts)
        case Kind.HEALTH:
            return health(span, facts)
        case Kind.TOP_OFFENDERS:
            return top_offenders(span, guild, users, context.levels)
        case Kind.RULE_EFFECTIVENESS:
            return rule_effectiveness(guild_id, facts, context.rules)
        case Kind.TEMPORAL_ANALYTICS:
            return temporal_analytics(guild, facts, users)
        case Kind.MODERATORS:
            return moderators(facts, users)
        case Kind.OVERVIEW:
            return _overview(guild, span, context, made)


def _overview(
    guild: GuildFacts, span: Span, context: _Context, made: Mapping[Document, bytes]
) -> dict[str, Any]:
    said = {kind: made.get((kind, span)) for kind in (Kind.METRICS, Kind.HEALTH)}
    facts, guild_id = guild.spans[span], guild.profile.guild_id
    users, channels = context.users[guild_id], context.channels[guild_id]
    return {
        "metrics": _again(said[Kind.METRICS]) or metrics(span, facts),
        "health": _again(said[Kind.HEALTH]) or health(span, facts),
        "latest_violations": shown_violations(guild.latest, users, channels),
        "timezone": guild.profile.timezone,
        "unread_count": 0,  # each reader's own is put in when it is read
    }


def _again(body: bytes | None) -> orjson.Fragment | None:
    return None if body is None else orjson.Fragment(body)


def _snapshot(guild: GuildFacts, document: Document, body: bytes, now_ms: int) -> Snapshot:
    kind, span = document
    facts = guild.spans[span]
    return Snapshot(
        guild_id=guild.profile.guild_id,
        kind=kind,
        span=span,
        body=body,
        version=0,
        as_of_ms=now_ms,
        changed_ms=now_ms,
        slides_at_ms=facts.window.slides_at_ms if facts.window else None,
        holds_data=_holds_data(kind, facts),
    )


def _holds_data(kind: Kind, facts: SpanFacts) -> bool:
    """Whether a slide would change anything but the axis."""
    match kind:
        case Kind.METRICS | Kind.HEALTH | Kind.OVERVIEW:
            return bool(facts.buckets or facts.previous)
        case Kind.TOP_OFFENDERS:
            return bool(facts.offenders)
        case Kind.RULE_EFFECTIVENESS:
            return bool(facts.rules or facts.dead_rules)
        case Kind.TEMPORAL_ANALYTICS:
            return bool(facts.heat)
        case Kind.MODERATORS:
            return bool(facts.moderators or facts.heat)
