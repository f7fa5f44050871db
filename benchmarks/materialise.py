"""Rows `materialise` and `history`: every snapshot of every guild, and what a long past costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import text

from adapters.database import Database
from adapters.redis_link import RedisLink
from adapters.snapshot_cache import SnapshotCache
from benchmarks.databases import HISTORY_NOW_MS, KINDS, Databases
from benchmarks.events import Size, guild_id, violation
from benchmarks.figure import Figure, sides
from benchmarks.sizes import LONG, SHORT, SMALL, WIDE
from benchmarks.timing import seconds_of
from domain.snapshot import SPANS
from domain.windows import HOUR_MS
from services.ingest import ingest_events
from services.materialise import mark_all, materialise_dirty
from tests.servers.valkey import Valkey

ROUNDS = 3
SNAPSHOTS_OF_A_GUILD = sum(len(spans) for spans in SPANS.values())
NEW_EVENTS = 1_000

# What one pass over the raw rows has to count for the hours alone; nothing leaves the database.
_SUMS = {
    "violations": "count(*)",
    **{
        f"s_{name}": f"sum(CASE WHEN severity = '{name}' THEN 1 ELSE 0 END)"
        for name in ("high", "medium", "low")
    },
    **{
        f"d_{name}": f"sum(CASE WHEN detection_type = '{name}' THEN 1 ELSE 0 END)"
        for name in ("regex", "ai", "automod", "manual", "raid")
    },
    **{
        f"a_{name}": f"sum(CASE WHEN action = '{name}' THEN 1 ELSE 0 END)"
        for name in ("warning", "timeout", "kick", "ban")
    },
    "response_time_ms_sum": "sum(response_time_ms)",
    "response_time_count": "count(response_time_ms)",
}
GROUP_BY = (
    f"SELECT {', '.join(f'sum({name})' for name in _SUMS)} FROM (SELECT guild_id,"
    f" timestamp_ms / {HOUR_MS} AS hour, {', '.join(f'{sql} AS {n}' for n, sql in _SUMS.items())}"
    " FROM violations GROUP BY 1, 2) AS hours"
)


class Bench:
    """A loaded database with all its snapshots made once."""

    def __init__(self, url: str, redis_url: str, size: Size) -> None:
        self.database = Database(url)
        self._link = RedisLink(redis_url)
        self._cache = SnapshotCache(self._link)
        self._guilds = [guild_id(place) for place in range(size.guilds)]
        self._random = Random(2)
        self.materialise()

    def refresh(self) -> float:
        """Seconds that all snapshots of all guilds take."""
        mark_all(self.database, self._guilds, HISTORY_NOW_MS)
        return self.materialise()

    def materialise(self) -> float:
        return seconds_of(
            lambda: materialise_dirty(self.database, self._cache, lambda: HISTORY_NOW_MS)
        )

    def ingest(self, count: int) -> None:
        """New events of the last hour, over all guilds."""
        events = [
            violation(
                self._random,
                self._random.choice(self._guilds),
                HISTORY_NOW_MS - self._random.randrange(HOUR_MS),
            )
            for _ in range(count)
        ]
        ingest_events(self.database, events, HISTORY_NOW_MS)

    def group_by(self) -> float:
        with self.database.read() as connection:
            return seconds_of(lambda: connection.execute(text(GROUP_BY)).all())

    def close(self) -> None:
        self.database.close()
        self._link.close()


@contextmanager
def bench(databases: Databases, kind: str, size: Size) -> Iterator[Bench]:
    with databases.clone(kind, size) as url:
        valkey = Valkey(Path(tempfile.mkdtemp(dir=databases.scratch)))
        valkey.start()
        made = Bench(url, valkey.url, size)
        try:
            yield made
        finally:
            made.close()
            valkey.stop()


def materialise(databases: Databases) -> Iterator[Figure]:
    for kind in KINDS:
        small = 0.0
        for size in (SMALL, WIDE):
            with bench(databases, kind, size) as made:
                rounds = [(made.refresh(), made.group_by()) for _ in range(ROUNDS)]
            took = sides(rounds)
            growth = {"growth for 10x": took.ours / small} if small else {}
            small = took.ours
            yield _materialised(kind, size, took.ours, took.baseline, took.ratio, growth)


def _materialised(
    kind: str, size: Size, ours: float, baseline: float, ratio: float, growth: dict[str, float]
) -> Figure:
    snapshots = SNAPSHOTS_OF_A_GUILD * size.guilds
    return Figure(
        "materialise",
        f"{kind}, {size.guilds:,} guilds, {size.violations:,} violations",
        f"{ours:.2f} s",
        f"{baseline:.2f} s (GROUP BY guild, hour)",
        ratio,
        "<= 10",
        ratio <= 10,
        {"snapshots/s": snapshots / ours, **growth},
    )


def history(databases: Databases) -> Iterator[Figure]:
    for kind in KINDS:
        with bench(databases, kind, SHORT) as short, bench(databases, kind, LONG) as long:
            rounds = []
            for _ in range(2 * ROUNDS + 1):
                times = []
                for made in (long, short):
                    made.ingest(NEW_EVENTS)
                    times.append(made.materialise())
                rounds.append((times[0], times[1]))
        ratio = median(ours / base for ours, base in rounds)
        took = sides(rounds)
        yield Figure(
            "history",
            f"{kind}, {LONG.days} days of {LONG.guilds} guilds",
            f"{took.ours * 1000:,.0f} ms",
            f"{took.baseline * 1000:,.0f} ms ({SHORT.days} days)",
            ratio,
            "<= 1.1",
            ratio <= 1.1,
        )
