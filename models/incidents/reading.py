"""What the walk of incidents reads: violations in the order of time, and by hour."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from domain.incidents import IncidentHit
from models.events.tables import Violation
from models.rollups.rules import RuleRollup


def incident_hits(connection: Connection, guild_id: int, from_ms: int) -> Iterator[IncidentHit]:
    """The guild's violations at or after `from_ms`, in the order of time."""
    of = Violation
    query = select(of.timestamp_ms, of.user_id, of.rule_hash, of.channel_id, of.action)
    query = query.where(of.guild_id == guild_id, of.timestamp_ms >= from_ms)
    query = query.order_by(of.timestamp_ms, of.id)
    for row in connection.execute(query, execution_options={"yield_per": 1000}):
        yield IncidentHit(*row)


def times_before(
    connection: Connection, guild_id: int, before_ms: int, from_ms: int
) -> Iterator[int]:
    """Times of the guild's violations in [from, before), latest first."""
    at = Violation.timestamp_ms
    query = select(at).where(Violation.guild_id == guild_id, at < before_ms, at >= from_ms)
    query = query.order_by(at.desc())
    yield from connection.scalars(query, execution_options={"yield_per": 100})


def violations_of_hours(connection: Connection, guild_id: int, hours: range) -> dict[int, int]:
    """Single violations by epoch hour, of hours that saw any; also of those no longer kept.

    Those that are known by number only have no rule and are no part of an incident.
    """
    hour, hits = RuleRollup.epoch_hour, RuleRollup.high + RuleRollup.medium + RuleRollup.low
    query = (
        select(hour, func.sum(hits))
        .where(RuleRollup.guild_id == guild_id, hour >= hours.start, hour < hours.stop)
        .group_by(hour)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}
