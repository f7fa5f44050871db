"""All members and all rules, where the page shows those that lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

from sqlalchemy import Connection, Select

from domain.exports import ExportWish
from domain.rules import precision
from domain.spans import Span, window_of
from models.exports import stretch as read
from models.exports.stretch import Stretch, count_of
from models.snapshots.facts import decided_appeals, warning_levels
from services.exports.lines import Row
from services.exports.views.windows import stretch_of
from services.users.names import shown_users

READ_AT_ONCE = 1_000


def count_offenders(connection: Connection, wish: ExportWish) -> int:
    return count_of(connection, _offenders(wish))


def top_offenders(connection: Connection, wish: ExportWish) -> Generator[Row]:
    guild_id = wish.guild_id
    for part in _parts(connection, _offenders(wish)):
        ids = [user_id for user_id, *_ in part]
        users = shown_users(connection, ids, guild_id, asks=False)
        levels = warning_levels(connection, {(guild_id, id) for id in ids})
        for user_id, count, last_ms in part:
            level = levels.get((guild_id, user_id), 0)
            yield str(user_id), users[user_id].username, count, level, last_ms


def _offenders(wish: ExportWish) -> Select[Any]:
    stretch = stretch_of(wish)
    return read.offenders_ever(wish.guild_id) if stretch is None else read.offenders(stretch)


def count_rules(connection: Connection, wish: ExportWish) -> int:
    stretch = _stretch(wish)
    hit = count_of(connection, read.rules(stretch))
    return hit + count_of(connection, _dead(wish, stretch))


def rule_effectiveness(connection: Connection, wish: ExportWish) -> Generator[Row]:
    """The rules that were hit, then those of the last 90 days that were not."""
    stretch = _stretch(wish)
    decided, overturned = _appeals(connection, stretch)
    for part in _parts(connection, read.rules(stretch)):
        for rule, name, high, medium, low, last_ms in part:
            exact, is_small = precision(overturned[rule], decided[rule])
            counts = (high + medium + low, high, medium, low, overturned[rule])
            yield (name, *counts, exact, is_small, False, last_ms)
    for part in _parts(connection, _dead(wish, stretch)):
        for name, last_ms in part:
            yield (name, 0, 0, 0, 0, 0, None, None, True, last_ms)


def _appeals(connection: Connection, stretch: Stretch) -> tuple[Counter[int], Counter[int]]:
    """Decided appeals of each rule, and those that were granted."""
    decided, overturned = Counter[int](), Counter[int]()
    found = decided_appeals(connection, [stretch.guild_id], stretch.from_ms)
    for _, timestamp_ms, rule, _, is_granted in found:
        if timestamp_ms < stretch.to_ms:
            decided[rule] += 1
            overturned[rule] += bool(is_granted)
    return decided, overturned


def _dead(wish: ExportWish, stretch: Stretch) -> Select[Any]:
    since_ms = window_of(Span.QUARTER, wish.as_of_ms).start_ms
    return read.dead_rules(wish.guild_id, min(since_ms, stretch.from_ms), stretch.from_ms)


def _stretch(wish: ExportWish) -> Stretch:
    stretch = stretch_of(wish)
    assert stretch is not None  # rules are never asked for of all time
    return stretch


def _parts(connection: Connection, query: Select[Any]) -> Iterator[list[Any]]:
    """Some rows at a time, from a cursor of the server's."""
    with connection.execute(query.execution_options(yield_per=READ_AT_ONCE)) as rows:
        for part in rows.partitions():
            yield list(part)
