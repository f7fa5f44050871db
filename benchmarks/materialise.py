"""Rows `materialise` and `history`: every snapshot of every guild, and what a long past costs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import text

from adapters.database import Database
from adapters.redis.link import RedisLink
from adapters.redis.snapshot_cache import SnapshotCache
from benchmarks.cpu import CpuMeter
from benchmarks.databases import HISTORY_NOW_MS, KINDS, Databases
from benchmarks.events import Size, guild_id, violation
from benchmarks.figure import Figure, sides
from benchmarks.sizes import LONG, SHORT, SMALL, WIDE
from benchmarks.timing import seconds_of
from benchmarks.usage import tree_cpu_seconds
from domain.snapshot import SPANS
from domain.windows import HOUR_MS
from services.ingest.store import ingest_events
from services.snapshots.materialise import mark_all, materialise_dirty
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
        self.cache = SnapshotCache(self._link)
        self._guilds = [guild_id(place) for place in range(size.guilds)]
        self._random = Random(2)
        self.materialise()

    def refresh(self) -> float:
        """Seconds that all snapshots of all guilds take."""
        mark_all(self.database, self._guilds, HISTORY_NOW_MS)
        return self.materialise()

    def materialise(self) -> float:
        return seconds_of(
            lambda: materialise_dirty(self.database, self.cache, lambda: HISTORY_NOW_MS)
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

    def cpu_meter(self, server_pid: int | None) -> CpuMeter:
        """Of this process, which is the worker here, and of PostgreSQL."""
        clocks: dict[str, Callable[[], float]] = {"worker": time.process_time}
        if self.database.is_postgresql and server_pid is not None:
            clocks["database"] = lambda: tree_cpu_seconds(server_pid)
        return CpuMeter(clocks)

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
                meter, rounds = made.cpu_meter(databases.cluster.pid), []
                for _ in range(ROUNDS):
                    meter.begin()
                    ours = made.refresh()
                    meter.end(size.guilds)
                    rounds.append((ours, made.group_by()))
            took = sides(rounds)
            measures = took.measures(is_speed=False) | meter.measures("a guild")
            growth = {"growth for 10x": took.ours / small} if small else {}
            small = took.ours
            made_of = _materialised(kind, size, took.ours, took.baseline, took.ratio, growth)
            yield replace(made_of, measures=measures)


def _materialised(
    kind: str, size: Size, ours: float, baseline: float, ratio: float, growth: dict[str, float]
) -> Figure:
    snapshots = SNAPSHOTS_OF_A_GUILD * size.guilds
    return Figure(
        row="materialise",
        variant=f"{kind}, {size.guilds:,} guilds, {size.violations:,} violations",
        ours=f"{ours:.2f} s",
        baseline=f"{baseline:.2f} s (GROUP BY guild, hour)",
        ratio=ratio,
        goal="<= 10",
        met=ratio <= 10,
        notes={"snapshots/s": snapshots / ours, **growth},
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
            row="history",
            variant=f"{kind}, {LONG.days} days of {LONG.guilds} guilds",
            ours=f"{took.ours * 1000:,.0f} ms",
            baseline=f"{took.baseline * 1000:,.0f} ms ({SHORT.days} days)",
            ratio=ratio,
            goal="<= 1.1",
            met=ratio <= 1.1,
            measures=took.measures(is_speed=False),
        )
