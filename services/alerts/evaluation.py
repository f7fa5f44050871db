"""Evaluating alerts of the guilds of a claim, before the claim is finished.

By value, not by what changed: a worker killed in between leaves the claim, and the next one
evaluates the same again. What was told already is not told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import Connection

from adapters.database import Database
from adapters.secret_box import SecretBox
from domain.alert_rules import LATE_AFTER_MS, Condition, EventType, Thresholds, health_condition
from domain.alert_settings import AlertSettings
from domain.guild_state import GuildState
from domain.snapshot import Kind, Snapshot
from domain.spans import Span
from models.alerts.settings import settings_of
from models.alerts.store import StateRow, states_of
from models.guilds.guild import lock_guilds
from models.snapshots.dirty_claims import hold_claim, live_ranges
from services.alerts.groups import tell_of_violations
from services.alerts.mass import Breaches, breaches_from, seen_of, tell_afterwards
from services.alerts.turns import Seen, apply_seen

Range = tuple[int, int]
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class HealthFigure:
    """Of the last 24 hours."""

    score: int
    limited_data: bool


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of the guilds of a claim, before their rows are locked."""

    settings: Mapping[int, AlertSettings]
    health: Mapping[int, HealthFigure]
    live: Mapping[int, Range]
    breaches: Mapping[int, Breaches]
    guilds: frozenset[int]


class Evaluator:
    """Called by the materialiser; `take_told`: whether something is to be published and sent."""

    def __init__(self, database: Database, secrets: SecretBox) -> None:
        self._database, self._secrets = database, secrets
        self._has_told = False

    def take_told(self) -> bool:
        told, self._has_told = self._has_told, False
        return told

    def __call__(self, claim: UUID, snapshots: Iterable[Snapshot], now_ms: int) -> None:
        health = health_figures(snapshots)
        with self._database.read() as connection:
            look = _look(connection, claim, health, now_ms)
        if not look.guilds:
            return
        with self._database.write() as connection:
            guilds = lock_guilds(connection, look.guilds)
            # What a slower worker saw must not go over what the one that took over has seen.
            if not look.guilds <= hold_claim(connection, claim):
                return
            if _evaluate(connection, self._secrets, guilds, look, now_ms):
                self._has_told = True


def health_figures(snapshots: Iterable[Snapshot]) -> dict[int, HealthFigure]:
    found = {}
    for one in snapshots:
        if (one.kind, one.span) == (Kind.HEALTH, Span.DAY):
            body = orjson.loads(one.body)
            if body:  # an erasure empties it, until it is made anew
                found[one.guild_id] = HealthFigure(body["health_score"], body["limited_data"])
    return found


def seen_health(guild_id: int, figure: HealthFigure, thresholds: Thresholds) -> Seen:
    def judge(before: Condition) -> Condition:
        return health_condition(figure.score, figure.limited_data, thresholds.health_score, before)

    return Seen(
        guild_id=guild_id,
        event_type=EventType.HEALTH_SCORE_DROP,
        judge=judge,
        value=figure.score,
        threshold=thresholds.health_score,
    )


def _look(
    connection: Connection, claim: UUID, health: Mapping[int, HealthFigure], now_ms: int
) -> _Look:
    """Without a lock: most guilds have nothing new, and need none."""
    live = live_ranges(connection, claim)
    among = sorted(health.keys() | live.keys())
    settings = settings_of(connection, among)
    states = states_of(connection, among)
    breaches = {
        guild_id: breaches_from(
            connection, guild_id, settings[guild_id].thresholds, first_ms, now_ms
        )
        for guild_id, (first_ms, _) in live.items()
    }
    concerned = {
        guild_id
        for guild_id, figure in health.items()
        if changes(states, seen_health(guild_id, figure, settings[guild_id].thresholds))
    }
    concerned |= {id for id, found in breaches.items() if found.current or found.past}
    concerned |= {id for id in live if EventType.NEW_VIOLATION in settings[id].enabled_events}
    return _Look(
        settings=settings, health=health, live=live, breaches=breaches, guilds=frozenset(concerned)
    )


def changes(states: Mapping[Key, StateRow], seen: Seen) -> bool:
    """Whether the condition is another one than it was."""
    state = states.get(seen.key)
    before = state.life.condition if state else Condition.NONE
    return seen.judge(before) is not before


def _evaluate(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    look: _Look,
    now_ms: int,
) -> bool:
    seen: list[Seen] = []
    for guild_id in guilds:
        thresholds = look.settings[guild_id].thresholds
        if guild_id in look.health:
            seen.append(seen_health(guild_id, look.health[guild_id], thresholds))
        breach = look.breaches[guild_id].current if guild_id in look.breaches else None
        if breach is not None:
            seen.append(seen_of(guild_id, thresholds, breach))
    changed = apply_seen(connection, secrets, guilds, seen, now_ms)
    for guild_id in guilds:
        if guild_id in look.breaches:
            breaches = look.breaches[guild_id]
            changed |= tell_afterwards(connection, secrets, guilds, guild_id, breaches, now_ms)
    return _tell_violations(connection, secrets, guilds, look, now_ms) or changed


def _tell_violations(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    look: _Look,
    now_ms: int,
) -> bool:
    states = states_of(connection, guilds)
    told = False
    for guild_id in guilds:
        _, last_ms = look.live.get(guild_id, (0, 0))
        wanted = EventType.NEW_VIOLATION in look.settings[guild_id].enabled_events
        if wanted and last_ms > now_ms - LATE_AFTER_MS:
            state = _state(states, guild_id, EventType.NEW_VIOLATION)
            since_ms = max(look.live[guild_id][0], now_ms - LATE_AFTER_MS)
            told |= tell_of_violations(connection, secrets, guilds, state, since_ms, now_ms)
    return told


def _state(states: Mapping[Key, StateRow], guild_id: int, event_type: EventType) -> StateRow:
    known = states.get((guild_id, event_type.value))
    return known or StateRow(guild_id=guild_id, event_type=event_type.value)
