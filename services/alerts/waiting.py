"""The health of guilds whose snapshots wait for somebody to look: told in time all the same.

Set-based, from the rollups of the day's hours. Violations that come in live make no guild wait, so
raids and new violations are evaluated with the snapshots (services/alerts/evaluation.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from domain.health import assess
from domain.spans import Span, window_of
from models.alerts.settings import settings_of
from models.alerts.store import states_of
from models.alerts.waiting import waiting_sums
from services.alerts.evaluation import HealthFigure, changes, seen_health
from services.alerts.turns import Seen


def seen_waiting_health(
    connection: Connection, now_ms: int, guild_ids: Sequence[int] | None
) -> list[Seen]:
    """Of the dirty guilds, or of those among `guild_ids`: where the condition changed."""
    figures = _figures(connection, now_ms, guild_ids)
    settings, states = settings_of(connection, list(figures)), states_of(connection, list(figures))
    seen = (
        seen_health(guild_id, figure, settings[guild_id].thresholds)
        for guild_id, figure in figures.items()
    )
    return [one for one in seen if changes(states, one)]


def _figures(
    connection: Connection, now_ms: int, guild_ids: Sequence[int] | None
) -> dict[int, HealthFigure]:
    hours = window_of(Span.DAY, now_ms).bucket_range
    found = {}
    for guild_id, messages, violations, kicks, bans, sum_ms, times in waiting_sums(
        connection, hours, guild_ids
    ):
        mean_ms = sum_ms / times if times else 0.0
        health = assess(messages, violations, kicks + bans, mean_ms)
        found[guild_id] = HealthFigure(health.score, health.limited_data)
    return found
