"""What processes use: read from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time so far."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue  # it has ended meanwhile
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def tree_cpu_seconds(pid: int) -> float:
    """That of a process and its children so far, and of those of its children that have ended."""
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    ended = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[13:15]))
    return cpu_seconds([pid, *children]) + ended / _TICKS


def busy_seconds() -> float:
    """Of all cores of the machine so far, whoever used them: all but idle and waiting for disks."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    ticks = list(map(int, fields))
    return (sum(ticks) - ticks[3] - ticks[4]) / _TICKS


def memory_mb(pid: int) -> float:
    """Its own pages and its share of those it shares (PSS), so that the sum counts each once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def processes_of(data_dir: Path) -> list[int]:
    """The processes that were started with this data folder in their environment."""
    mark, found = f"MODWATCH_DATA_DIR={data_dir}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found
