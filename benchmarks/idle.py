"""Row `idle`: what `make run` costs while nobody does anything."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.databases import Databases
from benchmarks.figure import Figure
from tests.servers.made import Made

SETTLE_SECONDS = 60
MEASURE_SECONDS = 30
GOAL_PERCENT, GOAL_MB = 3.0, 350.0
_TICKS = os.sysconf("SC_CLK_TCK")


def idle(databases: Databases) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(dir=databases.scratch) as folder:
        run = Made(Path(folder) / "data")
        run.start()
        try:
            run.wait_until_up()
            time.sleep(SETTLE_SECONDS)
            processes = run.processes()
            before = _cpu_seconds(processes)
            time.sleep(MEASURE_SECONDS)
            percent = 100 * (_cpu_seconds(processes) - before) / MEASURE_SECONDS
            memory_mb = {pid: _memory_mb(pid) for pid in processes}
        finally:
            run.end()
    total_mb = sum(memory_mb.values())
    yield Figure(
        "idle",
        f"make run, no demo, {len(processes)} processes",
        f"{percent:.1f} % of a core, {total_mb:.0f} MB",
        goal=f"<= {GOAL_PERCENT:.0f} %, {GOAL_MB:.0f} MB",
        met=percent <= GOAL_PERCENT and total_mb <= GOAL_MB,
        notes={_short(processes[pid]): f"{mb:.0f} MB" for pid, mb in memory_mb.items()},
    )


def _cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def _memory_mb(pid: int) -> float:
    """Its own pages and its share of those it shares (PSS), so that the sum counts each once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _short(command: str) -> str:
    words = [Path(word).name for word in command.split() if not word.startswith("-")]
    return " ".join(words[:4])
