"""Members who lead in violations, and what moderators did (shapes: docs/api.md)."""

from __future__ import annotations

from collections import Counter, defaultdict

from domain.clock import rfc3339
from domain.health import share_pct
from domain.histogram import percentile
from domain.rollup_deltas import NO_RESPONSE_TIME
from domain.spans import Span
from domain.temporal import heat_map
from services.snapshots.documents.shapes import Document, Levels, Users
from services.snapshots.facts import GuildFacts, SpanFacts
from services.users.names import UNRESOLVED


def top_offenders(span: Span, guild: GuildFacts, users: Users, levels: Levels) -> Document:
    if span is Span.ALL:
        top, distribution = guild.top_ever, guild.distribution_ever
    else:
        facts = guild.spans[span]
        top = facts.top
        distribution = Counter(count for count, _ in facts.offenders.values())
    violators = sum(distribution.values())
    guild_id = guild.profile.guild_id
    return {
        "top_users": [
            {
                "user_id": str(user_id),
                "username": users.get(user_id, UNRESOLVED).username,
                "avatar": users.get(user_id, UNRESOLVED).avatar,
                "violation_count": count,
                "warning_level": levels.get((guild_id, user_id), 0),
                "last_violation": rfc3339(last_ms),
            }
            for user_id, count, last_ms in top
        ],
        "violation_distribution": {
            str(count): distribution[count] for count in sorted(distribution)
        },
        "moderated_users_pct": share_pct(violators, guild.profile.member_count or 0),
    }


def moderators(facts: SpanFacts, users: Users) -> Document:
    actions: dict[int, Counter[str]] = defaultdict(Counter)
    times: dict[int, Counter[int]] = defaultdict(Counter)
    for (moderator_id, action, bucket), count in facts.moderators.items():
        actions[moderator_id][action] += count
        if bucket != NO_RESPONSE_TIME:
            times[moderator_id][bucket] += count
    overturned = Counter(moderator for _, moderator, granted in facts.decided if granted)
    rows = [
        _moderator(moderator_id, by_action, times[moderator_id], overturned[moderator_id], users)
        for moderator_id, by_action in actions.items()
    ]
    rows.sort(key=lambda row: (-row["actions_total"], int(row["user_id"])))
    gaps = {hour: count for hour, count in facts.heat.items() if not facts.handled.get(hour)}
    return {"moderators": rows, "coverage_gaps": heat_map(gaps)}


def _moderator(
    moderator_id: int,
    by_action: Counter[str],
    times: Counter[int],
    overturned: int,
    users: Users,
) -> Document:
    user = users.get(moderator_id, UNRESOLVED)
    total = by_action.total()
    return {
        "user_id": str(moderator_id),
        "username": user.username,
        "avatar": user.avatar,
        "actions_total": total,
        "actions": {
            name: by_action[name] for name in ("warning", "timeout", "kick", "ban", "other", "none")
        },
        "response_time_p50_ms": percentile(times, 0.5),
        "response_time_p95_ms": percentile(times, 0.95),
        "overturned_count": overturned,
        "overturned_pct": share_pct(overturned, total),
    }
