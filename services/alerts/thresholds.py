"""Changed thresholds are in force at once: what is known is judged by them, not the next event."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from adapters.secret_box import SecretBox
from domain.alert_rules import CALM_AFTER_MS, Condition, EventType, Thresholds
from domain.guild_state import GuildState
from domain.snapshot import Kind
from domain.spans import Span
from models.snapshots.stored import load_snapshot
from services.alerts.evaluation import health_figures, seen_health
from services.alerts.mass import breaches_from, seen_of
from services.alerts.sweep import seen_offline, seen_rate_limits
from services.alerts.turns import Seen, apply_seen


def evaluate_by(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    guild_id: int,
    thresholds: Thresholds,
    now_ms: int,
) -> bool:
    """Whether anything changed. The guild's row is locked, and its thresholds are saved."""
    seen = [
        *_health(connection, guild_id, thresholds),
        _mass(connection, guild_id, thresholds, now_ms),
        *seen_offline(connection, now_ms, [guild_id]),
        *seen_rate_limits(connection, now_ms, [guild_id]),
    ]
    return apply_seen(connection, secrets, guilds, seen, now_ms, "threshold_changed")


def _health(connection: Connection, guild_id: int, thresholds: Thresholds) -> list[Seen]:
    stored = load_snapshot(connection, guild_id, Kind.HEALTH, Span.DAY)
    figures = health_figures([stored] if stored is not None else [])
    return [seen_health(id, figure, thresholds) for id, figure in figures.items()]


def _mass(connection: Connection, guild_id: int, thresholds: Thresholds, now_ms: int) -> Seen:
    from_ms = now_ms - CALM_AFTER_MS
    breach = breaches_from(connection, guild_id, thresholds, from_ms, now_ms).current
    if breach is not None:
        return seen_of(guild_id, thresholds, breach)
    return Seen(
        guild_id=guild_id,
        event_type=EventType.MASS_VIOLATIONS,
        judge=lambda before: Condition.GOOD if before is Condition.BAD else before,
        value=None,
        threshold=thresholds.mass_violations_count,
    )
