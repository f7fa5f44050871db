"""`python -m benchmarks.hosts`: 1, 2 and 4 web processes and workers on one database.

Prints the speed-up over one, CPU per unit (where that stays the same, more cores are as good as
more hosts), and the first thing that runs out. Each process has a core of its own where there are
enough of them.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import redis
from rich.console import Console
from rich.table import Table

from adapters.database import Database
from adapters.process.tether import die_with_parent
from benchmarks.bounds import Run, runs_out_first
from benchmarks.cores import cores_of
from benchmarks.cpu import clocks_of
from benchmarks.databases import Databases, databases
from benchmarks.hosts_worker import READY
from benchmarks.ingest import BATCH, Bot
from benchmarks.load import Load, Request, in_python
from benchmarks.processes import PYTHON, process, web
from benchmarks.reads import METRICS, requests
from benchmarks.stage import Stage, fill, stage
from benchmarks.usage import busy_seconds, cpu_seconds, processes_of
from models.snapshots.dirty import count_dirty
from services.snapshots.materialise import mark_all
from tools.standins import ensure_postgres

COUNTS = (1, 2, 4)
VIOLATIONS_OF_A_GUILD = 50
POLL_SECONDS, PATIENCE_SECONDS = 0.02, 240
Work = Callable[[], int]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.hosts")
    options.add_argument("--guilds", type=int, default=400, help="a worker claims 100 at once")
    options.add_argument("--batches", type=int, default=5, help="of 1,000 events for each web")
    options.add_argument("--seconds", type=float, default=3, help="of reading")
    options.add_argument("--most", type=int, default=4, help="processes of a kind")
    asked = options.parse_args()
    die_with_parent(death_signal=signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(143)))
    ensure_postgres()
    runs: list[Run] = []
    try:
        with databases() as those, stage(those, "postgresql") as made:
            runs += _measured(those, made, asked)
    finally:
        _show(runs)


def _measured(those: Databases, made: Stage, asked: argparse.Namespace) -> Iterator[Run]:
    guilds = fill(made, asked.guilds, VIOLATIONS_OF_A_GUILD)
    for count in [count for count in COUNTS if count <= asked.most]:
        with _webs(made, count) as urls:
            reading = _reading(made, urls, guilds, asked.seconds)
            yield _run(those, made, "reads", "web", count, reading)
            yield _run(those, made, "events", "web", count, _sending(made, urls, asked.batches))
        with _workers(made, count):
            yield _run(those, made, "guilds", "worker", count, _refreshing(made, guilds))
    per_guild, per_event = _redis_bytes(made, len(guilds))
    print(f"Redis: {per_guild:,.0f} bytes of snapshots a guild, {per_event:,.0f} a live event kept")


def _redis_bytes(made: Stage, guilds: int) -> tuple[float, float]:
    """Of the copies of a guild's snapshots, and of a live event in a guild's stream."""
    with redis.Redis.from_url(made.redis_url) as link:
        sizes: dict[str, list[int]] = {"string": [], "stream": []}
        events = 0
        for key in link.scan_iter(count=1_000):
            kind = link.type(key).decode()
            if kind in sizes:
                sizes[kind].append(link.memory_usage(key, samples=0) or 0)
            events += link.xlen(key) if kind == "stream" else 0
        return sum(sizes["string"]) / guilds, sum(sizes["stream"]) / max(1, events)


@contextmanager
def _webs(made: Stage, count: int) -> Iterator[list[str]]:
    """The one that is there, and others beside it."""
    with ExitStack() as stack:
        urls = [made.url]
        for number in range(1, count):
            folder, cores = made.folder / f"web{number}", cores_of(number, count)
            urls.append(stack.enter_context(web("wsgi:app", made.environment, folder, cores=cores)))
        yield urls


@contextmanager
def _workers(made: Stage, count: int) -> Iterator[None]:
    command = [*PYTHON, "benchmarks.hosts_worker"]
    with ExitStack() as stack:
        for number in range(count):
            log, cores = made.folder / f"worker{number}.log", cores_of(number, count)
            stack.enter_context(process(command, made.environment, log, cores=cores))
        _wait(lambda: len([*made.folder.glob(READY.format("*"))]) == count)
        yield
    for ready in made.folder.glob(READY.format("*")):
        ready.unlink()


def _reading(made: Stage, urls: list[str], guilds: list[int], seconds: float) -> Work:
    wanted = requests(METRICS, guilds, made.cookie())

    def work() -> int:
        loads = _all(dict.fromkeys(urls, wanted), seconds)
        return round(sum(load.per_second for load in loads) * seconds)

    return work


def _sending(made: Stage, urls: list[str], batches: int) -> Work:
    bot = Bot(made)
    sent = {url: [bot.request(bot.batch(BATCH)) for _ in range(batches)] for url in urls}

    def work() -> int:
        loads = _all(sent, None)
        if failed := sum(load.failed for load in loads):
            raise RuntimeError(f"{failed} requests were refused")
        return len(urls) * batches * BATCH

    return work


def _all(wanted: Mapping[str, list[Request]], seconds: float | None) -> list[Load]:
    """A load generator for each web: eight connections of reads, two of batches."""
    connections = 2 if seconds is None else 8

    def load(url: str) -> Load:
        return in_python(url, wanted[url], connections=connections, seconds=seconds)

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(load, wanted))


def _refreshing(made: Stage, guilds: list[int]) -> Work:
    def work() -> int:
        database = Database(made.database_url)
        mark_all(database, guilds, time.time_ns() // 1_000_000)

        def is_done() -> bool:
            with database.read() as connection:
                return count_dirty(connection) == 0

        _wait(is_done)
        database.close()
        return len(guilds)

    return work


def _run(those: Databases, made: Stage, what: str, kind: str, count: int, work: Work) -> Run:
    clocks = {**clocks_of(made.folder, those.cluster.pid)}
    workers = _workers_of(made)
    if workers:
        clocks["worker"] = lambda: cpu_seconds(workers)
    before, busy = {name: clock() for name, clock in clocks.items()}, busy_seconds()
    started, units = time.perf_counter(), work()
    seconds = time.perf_counter() - started
    print(f"{what}, {count} {kind}: {units / seconds:,.0f} a second", flush=True)
    return Run(
        what=what,
        kind=kind,
        processes=count,
        units=units,
        seconds=seconds,
        cpu={name: clock() - before[name] for name, clock in clocks.items()},
        machine_busy_seconds=busy_seconds() - busy,
        cores=os.cpu_count() or 1,
        connections=_connections(made),
        connections_allowed=_connections_allowed(made),
        redis_mb=_redis_mb(made),
    )


def _wait(is_so: Callable[[], bool]) -> None:
    """RuntimeError after PATIENCE_SECONDS: a busy machine may be too slow for it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not done after {PATIENCE_SECONDS} s")
        time.sleep(POLL_SECONDS)


def _workers_of(made: Stage) -> list[int]:
    lines = {pid: Path(f"/proc/{pid}/cmdline") for pid in processes_of(made.folder)}
    return [pid for pid, line in lines.items() if b"hosts_worker" in line.read_bytes()]


def _connections(made: Stage) -> int:
    return _asked(made, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")


def _connections_allowed(made: Stage) -> int:
    return _asked(made, "SELECT current_setting('max_connections')::int")


def _asked(made: Stage, query: str) -> int:
    with psycopg.connect(made.database_url.replace("+psycopg", "")) as connection:
        (row,) = connection.execute(query.encode()).fetchall()
        return int(row[0])


def _redis_mb(made: Stage) -> float:
    with redis.Redis.from_url(made.redis_url) as link:
        return float(link.info("memory")["used_memory"]) / 1e6


def _show(runs: list[Run]) -> None:
    shown = Table("what", "processes", "a second", "speed-up", "CPU us each", "cores used",
                  "connections", "Redis MB", "runs out first")  # fmt: skip
    first: dict[str, Run] = {}
    for run in runs:
        alone = first.setdefault(run.what, run)
        by_whom = ", ".join(
            f"{who} {seconds / run.units * 1e6:,.0f}" for who, seconds in run.cpu.items()
        )
        shown.add_row(
            run.what,
            f"{run.processes} {run.kind}",
            f"{run.per_second:,.0f}",
            f"{run.per_second / alone.per_second:.2f}",
            by_whom,
            f"{run.cores_used:.2f}",
            f"{run.connections}",
            f"{run.redis_mb:.1f}",
            runs_out_first(run),
        )
    Console(width=180).print(shown)


if __name__ == "__main__":
    main()
