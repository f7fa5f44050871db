"""Counts between instants: whole hours from the rollups, what is left of an hour from raw rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from sqlalchemy import Connection, func, select

from domain.report_schedules import Window
from domain.rollup_deltas import COUNTS
from domain.windows import HOUR_MS
from models.events.retention import kept_from
from models.exports.stretch import Stretch
from models.members.tables import Appeal
from models.rollups import sources
from models.rollups.scope import Scope
from models.snapshots.facts import hour_counts

Sums = tuple[int, ...]  # in the order of COUNTS
_NOTHING = (0,) * len(COUNTS)
Piece = tuple[int, int]


def tellable(connection: Connection, guild_id: int, cuts_ms: Sequence[int]) -> list[int]:
    """The cuts that the rows can tell: where raw rows are gone, those of the hours they lie in."""
    kept_ms = kept_from(connection, [guild_id]).get(guild_id, 0)
    return [at_ms if _hour(at_ms) * HOUR_MS >= kept_ms else _floor(at_ms) for at_ms in cuts_ms]


def sums_between(connection: Connection, guild_id: int, cuts_ms: Sequence[int]) -> list[Sums]:
    """The sums between each of the ascending cuts and the next."""
    reach = range(_hour(cuts_ms[0]), _hour(cuts_ms[-1]) + 1)
    rows = hour_counts(connection, [guild_id], reach)
    hours = {hour: tuple(sums) for _, hour, *sums in rows}
    return [
        _between(connection, guild_id, hours, start_ms, end_ms)
        for start_ms, end_ms in pairwise(cuts_ms)
    ]


def appeal_counts(connection: Connection, guild_id: int, window: Window) -> tuple[int, int, int]:
    """(opened, approved, denied) within the window."""
    opened, resolved = (
        column.between(window.start_ms, window.end_ms - 1)
        for column in (Appeal.created_ms, Appeal.resolved_ms)
    )
    decided = (resolved & (Appeal.status == status) for status in ("approved", "denied"))
    counts = (func.count().filter(condition) for condition in (opened, *decided))
    row = connection.execute(select(*counts).where(Appeal.guild_id == guild_id)).one()
    return row[0], row[1], row[2]


def appeals_waiting(connection: Connection, guild_id: int) -> int:
    mine = (Appeal.guild_id == guild_id) & (Appeal.status == "pending")
    return connection.scalar(select(func.count()).select_from(Appeal).where(mine)) or 0


def _between(
    connection: Connection, guild_id: int, hours: Mapping[int, Sums], start_ms: int, end_ms: int
) -> Sums:
    stretch = Stretch(guild_id, start_ms, end_ms)
    parts = [hours[hour] for hour in stretch.whole_hours if hour in hours]
    # Beside a zone of whole hours no cut lies within one: there are at most some hundred of these.
    parts += [_raw(connection, guild_id, piece) for piece in stretch.edges]
    return tuple(map(sum, zip(_NOTHING, *parts, strict=True)))


def _raw(connection: Connection, guild_id: int, piece: Piece) -> Sums:
    scope = Scope(guilds=[guild_id], minutes_from=0, from_ms=piece[0], until_ms=piece[1])
    counted = sources.hours(scope).subquery()
    sums = (func.coalesce(func.sum(counted.c[name]), 0) for name in COUNTS)
    return tuple(int(value) for value in connection.execute(select(*sums)).one())


def _hour(at_ms: int) -> int:
    return at_ms // HOUR_MS


def _floor(at_ms: int) -> int:
    return at_ms // HOUR_MS * HOUR_MS
