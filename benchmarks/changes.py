"""Rows `materialise-changes` and `unread`: what a guild costs by what changed, and unlooked at.

CPU of this process, which is the worker, and of the one connection's server; on SQLite the database
is within the process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

from benchmarks.databases import HISTORY_NOW_MS, Databases
from benchmarks.events import guild_id
from benchmarks.figure import Figure
from benchmarks.materialise import Bench, bench
from benchmarks.sizes import SMALL
from benchmarks.usage import cpu_seconds
from domain.windows import MINUTE_MS
from services.alerts.waiting import seen_waiting_health
from services.ingest.store import ingest_events
from services.snapshots.materialise import mark_all, mark_slid, materialise_dirty
from tests.services.events import messages, violation

ROUNDS = 5
MINUTES = 10
GUILDS = [guild_id(place) for place in range(SMALL.guilds)]
MANY = 100_000


class Meter:
    """Seconds of CPU of this process and of the server behind its connection."""

    def __init__(self, made: Bench) -> None:
        self._pids: list[int] = []
        if made.database.is_postgresql:
            with made.database.read() as connection:
                pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
                self._pids.append(int(pid))

    def seconds(self) -> float:
        return time.process_time() + cpu_seconds(self._pids)

    def of(self, work: Callable[[], object]) -> float:
        before = self.seconds()
        work()
        return self.seconds() - before


def materialise_changes(databases: Databases) -> Iterator[Figure]:
    for kind in ("postgresql", "sqlite"):
        with bench(databases, kind, SMALL) as made:
            meter = Meter(made)
            rounds = [[_cost_ms(made, meter, change) for change in CHANGES] for _ in range(ROUNDS)]
        whole, *others = (median(costs) for costs in zip(*rounds, strict=True))
        for name, goal_ms, cost_ms in zip(("messages", "a violation"), (3, 6), others, strict=True):
            yield Figure(
                row="materialise-changes",
                variant=f"{kind}, {name}",
                ours=f"{cost_ms:.1f} ms of CPU a guild",
                baseline=f"{whole:.1f} ms (all documents)",
                ratio=cost_ms / whole,
                goal=f"<= {goal_ms} ms",
                met=cost_ms <= goal_ms,
            )


def _cost_ms(made: Bench, meter: Meter, change: Callable[[Bench], None]) -> float:
    change(made)
    return meter.of(made.materialise) * 1000 / len(GUILDS)


def _count(made: Bench, now_ms: int = HISTORY_NOW_MS) -> None:
    ingest_events(made.database, [messages(id, now_ms - 1) for id in GUILDS], now_ms)


def _hit(made: Bench) -> None:
    hits = [violation(id, HISTORY_NOW_MS - 1, 77) for id in GUILDS]
    ingest_events(made.database, hits, HISTORY_NOW_MS)


def _all(made: Bench) -> None:
    mark_all(made.database, GUILDS, HISTORY_NOW_MS)


CHANGES = (_all, _count, _hit)


def unread(databases: Databases) -> Iterator[Figure]:
    """Guilds that nobody looks at, with a count of messages each minute, and beat every 30 s."""
    for kind in ("postgresql", "sqlite"):
        with bench(databases, kind, SMALL) as made:
            meter, spent = Meter(made), 0.0
            for half in range(2 * MINUTES):
                now_ms = HISTORY_NOW_MS + half * MINUTE_MS // 2
                if half % 2 == 0:
                    _count(made, now_ms)
                spent += meter.of(lambda at_ms=now_ms: _sweep(made, at_ms))  # type: ignore[misc]
        cores = spent / (MINUTES * 60) * MANY / len(GUILDS)
        yield Figure(
            "unread",
            f"{kind}, {len(GUILDS)} guilds, an event a minute each",
            f"{cores:.2f} cores for {MANY:,}",
            goal="<= 2 cores",
            met=cores <= 2,
        )


def _sweep(made: Bench, now_ms: int) -> None:
    mark_slid(made.database, now_ms, list)
    materialise_dirty(made.database, made.cache, lambda: now_ms, looked_at=list)
    with made.database.read() as connection:
        seen_waiting_health(connection, now_ms, None)
