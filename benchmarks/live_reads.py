"""Row `read-live`: a finished snapshot against FastAPI, which counts a week of raw rows."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from benchmarks.baselines.bare_table import bare_table, copy_in
from benchmarks.databases import HISTORY_NOW_MS, Databases
from benchmarks.events import Size, history
from benchmarks.figure import Figure, sides
from benchmarks.load import reads
from benchmarks.processes import PYTHON, process, wait_until_up
from benchmarks.reads import METRICS, requests
from benchmarks.stage import GUILDS, Stage, fill, stage
from benchmarks.timing import ROUNDS
from schemas.events.structs import ViolationEvent

GOAL = 12
SIZES = (100_000, 1_000_000)


def read_live(databases: Databases) -> Iterator[Figure]:
    with stage(databases, "postgresql") as made:
        wanted = requests(METRICS, fill(made), made.cookie())
        for rows in SIZES:
            with databases.clone("postgresql") as bare_url, bare_table(bare_url) as connection:
                size = Size("live", GUILDS, rows, days=30)
                events = (
                    event
                    for event in history(size, HISTORY_NOW_MS)
                    if isinstance(event, ViolationEvent)
                )
                while batch := list(islice(events, 50_000)):
                    copy_in(connection, batch)
                connection.execute("ANALYZE bare_violations")
                connection.commit()
                with _fastapi(made, bare_url) as other_url:
                    rounds = [
                        (reads(made.url, wanted).per_second, reads(other_url, wanted).per_second)
                        for _ in range(ROUNDS)
                    ]
            speed = sides(rounds)
            yield Figure(
                row="read-live",
                variant=f"{rows:,} rows",
                ours=f"{speed.ours:,.0f} req/s",
                baseline=f"{speed.baseline:,.0f} req/s (FastAPI, live)",
                ratio=speed.ratio,
                goal=f">= {GOAL}",
                met=speed.ratio >= GOAL,
                measures=speed.measures(is_speed=True),
            )


@contextmanager
def _fastapi(made: Stage, database_url: str) -> Iterator[str]:
    log = Path(made.folder) / "fastapi.log"
    environment = {
        "BENCH_DATABASE": database_url.replace("+psycopg", ""),
        "BENCH_NOW_MS": str(HISTORY_NOW_MS),
    }
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        app = "benchmarks.baselines.fastapi_live:app"
        options = ["--fd", str(listener.fileno()), "--log-level", "warning"]
        command = [*PYTHON, "uvicorn", *options, app]
        with process(command, environment, log, keep_fds=[listener.fileno()]) as server:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            wait_until_up(url, server, log)
            yield url
