"""CPU time by who uses it, per unit of work: steady where wall time is not.

The database is PostgreSQL's server with all of its processes, also those that have ended; SQLite
is within whoever asks it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from benchmarks.measure import Measure, of_rounds
from benchmarks.usage import cpu_seconds, processes_of, tree_cpu_seconds

Clocks = Mapping[str, Callable[[], float]]


class CpuMeter:
    """Laps of one or several clocks of CPU seconds; what is done between laps is not counted."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._rounds: dict[str, list[float]] = defaultdict(list)
        self._began: dict[str, float] = {}

    def begin(self) -> None:
        self._began = self._now()

    def end(self, units: int) -> None:
        """`units` of work were done since `begin`."""
        for name, seconds in self._now().items():
            self._rounds[name].append((seconds - self._began[name]) / units * 1e6)

    def measures(self, unit: str) -> dict[str, Measure]:
        """Microseconds of CPU a unit, by process, as the median of the rounds."""
        return {
            f"CPU us {unit}, {name}": of_rounds(rounds)
            for name, rounds in self._rounds.items()
            if median(rounds) > 0
        }

    def _now(self) -> dict[str, float]:
        return {name: clock() for name, clock in self._clocks.items()}


def clocks_of(data_dir: Path, server_pid: int | None) -> Clocks:
    """Of web processes and workers with this data folder, and of PostgreSQL where there is one."""
    found = processes_of(data_dir)
    words = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found}
    web = [pid for pid, text in words.items() if b"gunicorn" in text]
    worker = [pid for pid, text in words.items() if b"celery" in text]
    clocks: dict[str, Callable[[], float]] = {"web": lambda: cpu_seconds(web)}
    if worker:
        clocks["worker"] = lambda: cpu_seconds(worker)
    if server_pid is not None:
        clocks["database"] = lambda: tree_cpu_seconds(server_pid)
    return clocks
