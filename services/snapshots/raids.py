"""Keeping the stored major events true to the violations, also those that come late.

Only the stretch a change can reach is walked again: from `restart_at` (domain/raids.py) to the
first gap longer than a raid's span after the last change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection

from adapters.database import Database
from domain.raids import RAID_MINIMUM, RAID_SPAN_MS, Hit, Raid, find_raids, restart_at
from domain.windows import HOUR_MS
from models.snapshots import raids as stored
from models.snapshots.dirty_claims import hold_claim

# guild, start of the stretch, its end, the raids in it
Change = tuple[int, int, int, list[Raid]]


def refresh_raids(database: Database, claim: UUID) -> None:
    """Redo the raids around the violations that came in for the guilds of a claim."""
    with database.read() as connection:
        ranges = stored.changed_ranges(connection, claim)
        busy = busy_guilds(connection, ranges)
        changes = [
            _redo(connection, guild_id, first_ms, last_ms)
            for guild_id, first_ms, last_ms in ranges
            if guild_id in busy
        ]
    if changes:
        with database.write() as connection:
            # Whoever took over a lost claim has newer raids, which ours must not go over.
            held = hold_claim(connection, claim)
            for guild_id, from_ms, until_ms, raids in changes:
                if guild_id in held:
                    stored.replace_raids(connection, guild_id, from_ms, until_ms, raids)


def busy_guilds(connection: Connection, ranges: Sequence[tuple[int, int, int]]) -> set[int]:
    """Guilds with enough violations for a raid within two neighbouring hours of what came in."""
    busy: set[int] = set()
    before = (0, 0, 0)
    for guild_id, hour, violations in _hours_around(connection, ranges):
        neighbours = before[2] if before[:2] == (guild_id, hour - 1) else 0
        if violations + neighbours >= RAID_MINIMUM:
            busy.add(guild_id)
        before = guild_id, hour, violations
    return busy


def _hours_around(
    connection: Connection, ranges: Sequence[tuple[int, int, int]]
) -> Iterable[tuple[int, int, int]]:
    """(guild, epoch hour, violations) from the first change to the last, and an hour around."""
    if not ranges:
        return ()
    first = min(first_ms for _, first_ms, _ in ranges) // HOUR_MS - 1
    last = max(last_ms for _, _, last_ms in ranges) // HOUR_MS + 1
    guilds = [guild_id for guild_id, _, _ in ranges]
    return stored.violations_by_hour(connection, guilds, range(first, last + 1))


def _redo(connection: Connection, guild_id: int, first_ms: int, last_ms: int) -> Change:
    nearby = stored.raids_since(connection, [guild_id], first_ms - 2 * RAID_SPAN_MS)
    from_ms = restart_at([raid for _, raid in nearby], first_ms)
    stretch = _Stretch(last_ms)
    raids = find_raids(stretch.until_gap(stored.hits_from(connection, guild_id, from_ms)))
    return guild_id, from_ms, max(stretch.end_ms, last_ms), raids


class _Stretch:
    """Hits up to the first gap after `last_ms` that no raid can bridge."""

    def __init__(self, last_ms: int) -> None:
        self.end_ms = last_ms

    def until_gap(self, hits: Iterator[Hit]) -> Iterator[Hit]:
        for hit in hits:
            if hit.timestamp_ms > self.end_ms + RAID_SPAN_MS:
                return
            self.end_ms = max(self.end_ms, hit.timestamp_ms)
            yield hit
