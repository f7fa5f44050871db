"""Row `freshness`: from a commit to the moment a client can read what it changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from queue import Queue
from random import Random
from threading import Event, Thread

import httpx

from benchmarks.cores import ALL_CORES, LOAD_CORES, this_process_on
from benchmarks.cpu import CpuMeter
from benchmarks.databases import KINDS, Databases
from benchmarks.events import body, violation
from benchmarks.figure import Figure
from benchmarks.stage import Stage, fill, stage

GUILDS = 50
EVENTS_PER_SECOND = 200
BATCH = 20
SECONDS = 20
LOOK_EVERY_SECONDS = 0.05
WATCHED = 5  # guilds whose answers are looked at all the time
GOAL_MS = 2_000
METRICS = "/api/v1/servers/{}/metrics?period=day"


class Watcher(Thread):
    """Looks at one guild, and notes when each committed count is there to be read."""

    def __init__(self, made: Stage, guild: int, headers: dict[str, str], ended: Event) -> None:
        super().__init__()
        self._url, self._headers, self._ended = made.url + METRICS.format(guild), headers, ended
        # Violations there must be, and when they were committed.
        self.committed: Queue[tuple[int, float]] = Queue()
        self.delays_ms: list[float] = []

    def run(self) -> None:
        waiting: list[tuple[int, float]] = []
        with httpx.Client(headers=self._headers) as client:
            while not self._ended.is_set() or waiting:
                shown = client.get(self._url).json()["violations_total"]
                seen_at = time.perf_counter()
                while not self.committed.empty():
                    waiting.append(self.committed.get())
                self.delays_ms += [
                    max(0.0, seen_at - at) * 1000 for count, at in waiting if count <= shown
                ]
                waiting = [one for one in waiting if one[0] > shown]
                time.sleep(LOOK_EVERY_SECONDS)


def freshness(databases: Databases) -> Iterator[Figure]:
    for kind in KINDS:
        with (
            stage(databases, kind, worker=True, cores=ALL_CORES) as made,
            this_process_on(LOAD_CORES),
        ):
            meter = made.cpu_meter()
            delays_ms = sorted(watch(made, meter))
        p50, p95, last = (
            delays_ms[int(share * (len(delays_ms) - 1))] for share in (0.5, 0.95, 1.0)
        )
        yield Figure(
            "freshness",
            f"{kind}, {EVENTS_PER_SECOND} events/s over {GUILDS} guilds",
            f"{p95:,.0f} ms p95",
            goal=f"<= {GOAL_MS:,} ms",
            met=p95 <= GOAL_MS,
            notes={"p50 ms": p50, "longest ms": last, "looked at": len(delays_ms)},
            measures=meter.measures("an event"),
        )


def watch(made: Stage, meter: CpuMeter, first: int = 0) -> Iterator[float]:
    """How long each commit waited for took to be readable, in ms; from guild `first` on."""
    guilds = fill(made)[first : first + GUILDS]
    cookie, ended = made.cookie(), Event()
    watchers = {guild: Watcher(made, guild, cookie, ended) for guild in guilds[:WATCHED]}
    counts = {guild: _violations(made, guild, cookie) for guild in watchers}
    for watcher in watchers.values():
        watcher.start()
    try:
        meter.begin()
        _send(made, guilds, watchers, counts)
        meter.end(SECONDS * EVENTS_PER_SECOND)
    finally:
        ended.set()
    for watcher in watchers.values():
        watcher.join()
        yield from watcher.delays_ms


def _violations(made: Stage, guild: int, headers: dict[str, str]) -> int:
    answer = httpx.get(made.url + METRICS.format(guild), headers=headers).json()
    return int(answer["violations_total"])


def _send(
    made: Stage, guilds: list[int], watchers: dict[int, Watcher], counts: dict[int, int]
) -> None:
    random = Random(3)
    with httpx.Client(headers=made.bot) as client:
        started = time.perf_counter()
        for turn in range(SECONDS * EVENTS_PER_SECOND // BATCH):
            time.sleep(max(0.0, started + turn * BATCH / EVENTS_PER_SECOND - time.perf_counter()))
            now_ms = time.time_ns() // 1_000_000
            chosen = [random.choice(guilds) for _ in range(BATCH)]
            events = [violation(random, guild, now_ms) for guild in chosen]
            client.post(made.url + "/api/v1/ingest", content=body([*events])).raise_for_status()
            committed_at = time.perf_counter()
            for guild in chosen:
                if guild in watchers:
                    counts[guild] += 1
            for guild in set(chosen) & set(watchers):
                watchers[guild].committed.put((counts[guild], committed_at))
