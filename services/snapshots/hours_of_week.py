"""Violations by hour of the guild's own week, and those that a moderator handled."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from domain.snapshot import Kind
from domain.spans import Span
from domain.temporal import local_offset_segments
from models.snapshots import facts as read
from services.snapshots.facts import Facts
from services.snapshots.hourly import HOURLY_SPANS, counted, hours_of
from services.snapshots.wanted import Wanted

_MODERATORS = frozenset((Kind.MODERATORS,))
_HEAT = _MODERATORS | {Kind.TEMPORAL_ANALYTICS}


def add_hours_of_week(connection: Connection, facts: Facts, wanted: Wanted, now_ms: int) -> None:
    """The guilds of one timezone share one statement."""
    for handled, kinds, among in (
        (False, _HEAT, (*HOURLY_SPANS, Span.QUARTER)),
        (True, _MODERATORS, HOURLY_SPANS),
    ):
        spans = wanted.spans(kinds, among)
        hours = [hours_of(span, now_ms) for span in spans]
        # The month ends with the day: later than the others.
        first, last = (
            min((one.start for one in hours), default=0),
            max((one.stop for one in hours), default=0),
        )
        by_timezone: dict[str, list[int]] = defaultdict(list)
        for guild_id in wanted.guilds(kinds, among):
            by_timezone[facts[guild_id].profile.timezone].append(guild_id)
        for timezone, guild_ids in by_timezone.items():
            segments = local_offset_segments(timezone, first, last)
            for guild_id, local, *sums in read.hours_of_week(
                connection, guild_ids, hours, segments, handled_by_moderators=handled
            ):
                for target, count in counted(facts[guild_id], spans, sums):
                    (target.handled if handled else target.heat)[local] = count
