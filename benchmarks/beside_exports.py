"""Rows `export-freshness`, `export-download`: what others notice of exports and downloads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, TypeVar

import httpx

from benchmarks.cores import ALL_CORES, LOAD_CORES, this_process_on
from benchmarks.databases import KINDS, Databases
from benchmarks.events import guild_id
from benchmarks.figure import Figure
from benchmarks.freshness import EVENTS_PER_SECOND, GOAL_MS, watch
from benchmarks.load import reads
from benchmarks.reads import METRICS, requests
from benchmarks.sizes import SHALLOW
from benchmarks.stage import Stage, fill, stage

GUILD = guild_id(0)  # with the history of SHALLOW
EXPORTS = f"/api/v1/servers/{GUILD}/export"
WISH = {"export_type": "violations", "format": "csv", "mode": "raw"}
POLL_SECONDS = 0.1
CONNECTIONS = 4
MOST_TIMES_SLOWER = 2.0
T = TypeVar("T")


def export_freshness(databases: Databases) -> Iterator[Figure]:
    """One export after another, each made by a process of its own on the same cores."""
    for kind in KINDS:
        with (
            stage(databases, kind, SHALLOW, worker=True, cores=ALL_CORES, RATE_LIMITS="0") as made,
            this_process_on(LOAD_CORES),
            _exporting(made) as done,
        ):
            delays_ms = sorted(watch(made, made.cpu_meter(), first=1))
        p95_ms = delays_ms[int(0.95 * (len(delays_ms) - 1))]
        yield Figure(
            "export-freshness",
            f"{kind}, {EVENTS_PER_SECOND} events/s, exports of {SHALLOW.violations:,} rows",
            f"{p95_ms:,.0f} ms p95",
            goal=f"<= {GOAL_MS:,} ms",
            met=p95_ms <= GOAL_MS,
            notes={"exports made": len(done), "longest ms": delays_ms[-1]},
        )


def export_download(databases: Databases) -> Iterator[Figure]:
    """A fast reader takes the file of an export again and again beside requests for figures."""
    for kind in KINDS:
        with stage(databases, kind, SHALLOW, worker=True, RATE_LIMITS="0") as made:
            wanted = requests(METRICS, fill(made)[1:], made.cookie())
            headers = made.api_token([GUILD], "owner")
            address = f"{made.url}{EXPORTS}/download/{_export(made, headers)}"
            reads(made.url, wanted, connections=CONNECTIONS)  # each figure was asked for before
            alone = reads(made.url, wanted, connections=CONNECTIONS, seconds=10)
            with downloading(address, headers) as download:
                beside = reads(made.url, wanted, connections=CONNECTIONS, seconds=10)
        slower = beside.p99_ms / alone.p99_ms
        yield Figure(
            "export-download",
            f"{kind}, p99 of metrics, {CONNECTIONS} connections",
            f"{beside.p99_ms:.1f} ms",
            f"{alone.p99_ms:.1f} ms (nothing downloaded)",
            ratio=slower,
            goal=f"<= {MOST_TIMES_SLOWER:.2f}",
            met=slower <= MOST_TIMES_SLOWER,
            notes={
                "MB downloaded": download.taken_bytes / 1024**2,
                "share of the time with bytes under way": f"{download.share:.1%}",
                "failed": beside.failed,
            },
        )


def _export(made: Stage, headers: dict[str, str]) -> str:
    """The id of a new export, once its file is there."""
    asked = httpx.post(made.url + EXPORTS, json=WISH, headers=headers).raise_for_status()
    id: str = asked.json()["id"]
    while (state := _state(made, headers, id)) != "done":
        if state not in ("queued", "running"):
            raise RuntimeError(f"the export is {state}")
        time.sleep(POLL_SECONDS)
    return id


def _state(made: Stage, headers: dict[str, str], id: str) -> str:
    answer: Any = httpx.get(f"{made.url}{EXPORTS}/{id}", headers=headers).raise_for_status()
    return str(answer.json()["status"])


@contextmanager
def _exporting(made: Stage) -> Iterator[list[str]]:
    """Exports one after another until the end of the block; the ids of those that are made."""
    ended, done, headers = Event(), list[str](), made.api_token([GUILD], "owner")

    def ask() -> None:
        while not ended.is_set():
            done.append(_export(made, headers))

    yield from _beside(ask, ended, done)


@dataclass
class Download:
    """Of a file, again and again; `share`: of the time measured bytes were under way."""

    taken_bytes: int = 0
    flowing_seconds: float = 0.0
    share: float = 0.0

    def fetch(self, client: httpx.Client, address: str, begun: Event, ended: Event) -> None:
        with client.stream("GET", address) as answer:
            answer.raise_for_status()
            last_seconds = time.monotonic()
            for piece in answer.iter_raw():
                now_seconds = time.monotonic()
                if begun.is_set():
                    self.taken_bytes += len(piece)
                    self.flowing_seconds += now_seconds - last_seconds
                last_seconds = now_seconds
                begun.set()
                if ended.is_set():
                    return


@contextmanager
def downloading(address: str, headers: dict[str, str]) -> Iterator[Download]:
    """The block begins with the first bytes of a file, and as one ends the next is asked for."""
    begun, ended, download = Event(), Event(), Download()

    def fetch() -> None:
        try:
            # One client, or the next file would wait for a connection of its own.
            with httpx.Client(headers=headers) as client:
                while not ended.is_set():
                    download.fetch(client, address, begun, ended)
        finally:
            begun.set()  # whatever happened, nobody waits for it

    with contextmanager(_beside)(fetch, ended, [download]):
        begun.wait()
        start_seconds = time.monotonic()
        yield download
        measured_seconds = time.monotonic() - start_seconds
    download.share = min(download.flowing_seconds / measured_seconds, 1.0)


def _beside(work: Callable[[], None], ended: Event, found: list[T]) -> Iterator[list[T]]:
    thread = Thread(target=work)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
