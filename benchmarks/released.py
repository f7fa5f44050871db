"""The figures of the last release: results/latest.json as it is in the repository.

A run writes the same file, so what is compared with is asked of git: that of the newest tag, and
before there is one, that of the last commit.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.compare import Results
from benchmarks.figure import Figure
from benchmarks.processes import ROOT

LATEST = Path("benchmarks/results/latest.json")


def released() -> Results | None:
    """None where there is none, or one of before figures were kept in this form."""
    tag = _git("describe", "--tags", "--abbrev=0", "--match=v*")
    return _read(_git("show", f"{tag or 'HEAD'}:{LATEST}").encode())


def kept() -> Results | None:
    """Of the run before this one."""
    return _read((ROOT / LATEST).read_bytes()) if (ROOT / LATEST).exists() else None


def write(results: Results) -> None:
    (ROOT / LATEST).write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2))


def results_of(figures: Sequence[Figure], later: Sequence[str]) -> Results:
    machine = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    commit = _git("rev-parse", "--short", "HEAD")
    return Results(
        made_at=int(time.time()),
        commit=commit,
        machine=machine,
        figures=figures,
        not_built_yet=later,
    )


def _read(text: bytes) -> Results | None:
    try:
        return msgspec.json.decode(text, type=Results)
    except msgspec.DecodeError:
        return None


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
