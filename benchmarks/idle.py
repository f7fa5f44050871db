"""Row `idle`: what `make run` costs while nobody does anything."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.databases import Databases
from benchmarks.figure import Figure
from benchmarks.usage import cpu_seconds, memory_mb
from tests.servers.made import Made

SETTLE_SECONDS = 60
MEASURE_SECONDS = 30
GOAL_PERCENT, GOAL_MB = 3.0, 350.0


def idle(databases: Databases) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(dir=databases.scratch) as folder:
        run = Made(Path(folder) / "data")
        run.start()
        try:
            run.wait_until_up()
            time.sleep(SETTLE_SECONDS)
            processes = run.processes()
            before = cpu_seconds(processes)
            time.sleep(MEASURE_SECONDS)
            percent = 100 * (cpu_seconds(processes) - before) / MEASURE_SECONDS
            taken_mb = {pid: memory_mb(pid) for pid in processes}
        finally:
            run.end()
    total_mb = sum(taken_mb.values())
    yield Figure(
        "idle",
        f"make run, no demo, {len(processes)} processes",
        f"{percent:.1f} % of a core, {total_mb:.0f} MB",
        goal=f"<= {GOAL_PERCENT:.0f} %, {GOAL_MB:.0f} MB",
        met=percent <= GOAL_PERCENT and total_mb <= GOAL_MB,
        notes={_short(processes[pid]): f"{mb:.0f} MB" for pid, mb in taken_mb.items()},
    )


def _short(command: str) -> str:
    words = [Path(word).name for word in command.split() if not word.startswith("-")]
    return " ".join(words[:4])
