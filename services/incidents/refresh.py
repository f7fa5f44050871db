"""Keeping stored incidents true to the violations, also those that come late.

Only what a change can reach is walked again (docs/incidents.md, "Redoing"): the runs around it, and
those of later days for which something else is usual now. A worker that was slow writes nothing.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from sqlalchemy import Connection

from adapters.database import Database
from domain.incident_hours import GAP_MS, LOOK_BACK_DAYS, echoes, usual_of
from domain.incidents import FAST_MINIMUM, IncidentWalk, run_start
from domain.windows import HOUR_MS
from models.events.retention import kept_from
from models.guilds.guild import lock_guilds
from models.incidents.reading import incident_hits, times_before, violations_of_hours
from models.incidents.store import IncidentRow, incidents_between, incidents_of
from models.snapshots.dirty_claims import hold_claim
from models.snapshots.raids import changed_ranges
from services.incidents.replacing import Stretch, replace_stretches
from services.snapshots.raids import busy_guilds

Range = tuple[int, int]
ECHO_AFTER_HOURS = 23
FOR_EVER_MS = 2**53


def refresh_incidents(database: Database, claim: UUID, now_ms: int) -> None:
    """Redo the incidents around the violations that came in for the guilds of a claim."""
    with database.read() as connection:
        found = [
            stretch
            for guild_id, first_ms, last_ms in _concerned(connection, claim, now_ms)
            for stretch in changed_stretches(connection, guild_id, (first_ms, last_ms), now_ms)
        ]
    if found:
        with database.write() as connection:
            lock_guilds(connection, {stretch.guild_id for stretch in found})
            # Whoever took over a lost claim has newer incidents, which ours must not go over.
            held = hold_claim(connection, claim)
            mine = [stretch for stretch in found if stretch.guild_id in held]
            replace_stretches(connection, mine, now_ms)


def changed_stretches(
    connection: Connection, guild_id: int, changed: Range, now_ms: int
) -> list[Stretch]:
    """What belongs in place of what is stored, after violations within `changed` came in."""
    look = _Look(connection, guild_id, changed, now_ms)
    stretches: list[Stretch] = []
    done_ms = look.kept_from_ms
    for one in look.ranges():
        if one[1] >= done_ms and look.is_worth_it(one):
            stretches.append(look.redo(one, done_ms))
            done_ms = stretches[-1].until_ms
    return stretches


def _concerned(connection: Connection, claim: UUID, now_ms: int) -> list[tuple[int, int, int]]:
    """Of the changes of a claim, those that could make or change an incident: hardly any."""
    ranges = changed_ranges(connection, claim)
    if not ranges:
        return []
    busy = busy_guilds(connection, ranges)
    first_ms = min(first for _, first, _ in ranges)
    stored = incidents_of(connection, [one[0] for one in ranges], first_ms - GAP_MS)
    last_ms = {guild_id: until_ms for guild_id, _, _, until_ms in stored}
    return [
        (guild_id, first_ms, last_ms_)
        for guild_id, first_ms, last_ms_ in ranges
        if guild_id in busy
        or _last_hour(now_ms) - first_ms // HOUR_MS >= ECHO_AFTER_HOURS
        or last_ms.get(guild_id, 0) >= first_ms - GAP_MS
    ]


def _last_hour(now_ms: int) -> int:
    """Events may be of the next hour: their bot's clock may be a little ahead."""
    return now_ms // HOUR_MS + 1


class _Look:
    """One guild and what it has around a change."""

    def __init__(self, connection: Connection, guild_id: int, changed: Range, now_ms: int) -> None:
        self._connection, self._guild_id, self._changed = connection, guild_id, changed
        self._last_hour = max(_last_hour(now_ms), changed[1] // HOUR_MS)
        self.kept_from_ms = kept_from(connection, [guild_id]).get(guild_id, 0)
        first_hour = changed[0] // HOUR_MS - 24 * LOOK_BACK_DAYS - 25
        hours = range(first_hour, self._last_hour + 2)
        self._counts = violations_of_hours(connection, guild_id, hours)
        self._usual_at = lru_cache(None)(lambda hour: usual_of(self._counts, hour))

    def ranges(self) -> list[Range]:
        """The change itself, and the later hours for which other things are usual through it."""
        first_ms, last_ms = self._changed
        hours = range(first_ms // HOUR_MS, last_ms // HOUR_MS + 1)
        found = [self._changed]
        for later in echoes(hours, self._last_hour):
            one = (later.start * HOUR_MS, later.stop * HOUR_MS - 1)
            if one[0] <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(found[-1][1], one[1]))
            else:
                found.append(one)
        return found

    def is_worth_it(self, one: Range) -> bool:
        """Whether there are enough violations for an incident, or one is stored."""
        hours = range(one[0] // HOUR_MS - 1, one[1] // HOUR_MS + 1)
        counts = self._counts
        if any(counts.get(hour, 0) + counts.get(hour + 1, 0) >= FAST_MINIMUM for hour in hours):
            return True
        return bool(self._stored(one[0] - GAP_MS, one[1] + GAP_MS))

    def redo(self, one: Range, done_ms: int) -> Stretch:
        from_ms = max(self._start(one[0]), done_ms)
        return self._walk(from_ms, one[1])

    def _start(self, changed_ms: int) -> int:
        """Where the walk restarts: nothing before it can change, nor is it joined to what does."""
        before = times_before(self._connection, self._guild_id, changed_ms, self.kept_from_ms)
        start_ms = run_start(before, changed_ms, self._usual_at)
        near = self._stored(start_ms - GAP_MS, start_ms)
        return min([start_ms, *(row.from_ms for row in near)])

    def _walk(self, from_ms: int, changed_ms: int) -> Stretch:
        """On to where nothing is owed to what was before, neither now nor as it is stored."""
        walk = IncidentWalk(self._usual_at)
        end_ms = FOR_EVER_MS
        for hit in incident_hits(self._connection, self._guild_id, from_ms):
            at_ms = hit.timestamp_ms
            if at_ms > changed_ms and walk.begins_anew_at(at_ms) and not self._reaches_over(at_ms):
                end_ms = at_ms
                break
            walk.add(hit)
        return Stretch(self._guild_id, from_ms, end_ms, tuple(walk.finish()))

    def _reaches_over(self, at_ms: int) -> bool:
        return any(row.from_ms < at_ms for row in self._stored(at_ms, at_ms))

    def _stored(self, from_ms: int, until_ms: int) -> list[IncidentRow]:
        return incidents_between(self._connection, self._guild_id, from_ms, until_ms)
