"""When violations happen, and the raids among them (shape: docs/api.md)."""

from __future__ import annotations

from domain.clock import rfc3339
from domain.raids import Raid
from domain.temporal import average_per_hour, heat_map, peak_times
from services.snapshots.documents.shapes import RAIDS_LISTED, Document, Users
from services.snapshots.facts import GuildFacts, SpanFacts
from services.users.names import UNRESOLVED


def temporal_analytics(guild: GuildFacts, facts: SpanFacts, users: Users) -> Document:
    assert facts.window is not None
    cells = heat_map(facts.heat)
    raids = [raid for raid in guild.raids if facts.window.contains(raid.started_at_ms)]
    violations = sum(facts.heat.values())
    return {
        "timezone": guild.profile.timezone,
        "heatmap": cells,
        "peak_times": peak_times(cells),
        "major_events": [_raid(raid, users, guild) for raid in reversed(raids[-RAIDS_LISTED:])],
        "major_events_count": len(raids),
        "avg_violations_per_hour": average_per_hour(
            violations, facts.window, guild.profile.first_event_ms
        ),
    }


def _incident_of(raid: Raid, guild: GuildFacts) -> str | None:
    """The one it is part of; what is usual there at that hour is part of none."""
    for id, from_ms, until_ms in guild.incidents:
        if from_ms <= raid.ended_at_ms and until_ms >= raid.started_at_ms:
            return str(id)
    return None


def raid_description(raid: Raid) -> str:
    seconds = (raid.ended_at_ms - raid.started_at_ms) // 1000
    members = len(raid.user_ids)
    return (
        f"{raid.violation_count} violations by {members}"
        f"{' or more' if members == 50 else ''} member{'' if members == 1 else 's'}"
        f" in {seconds // 60} min {seconds % 60} s"
    )


def _raid(raid: Raid, users: Users, guild: GuildFacts) -> Document:
    return {
        "timestamp": rfc3339(raid.started_at_ms),
        "ended_at": rfc3339(raid.ended_at_ms),
        "event_type": "mass_violations",
        "description": raid_description(raid),
        "incident_id": _incident_of(raid, guild),
        "violation_count": raid.violation_count,
        "user_ids": [str(user_id) for user_id in raid.user_ids],
        "usernames": [users.get(user_id, UNRESOLVED).username for user_id in raid.user_ids],
    }
