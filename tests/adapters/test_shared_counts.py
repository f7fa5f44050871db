"""The files in which processes count: those of ended ones go, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from adapters.settings import ROOT
from adapters.telemetry.shared_counts import (
    COUNTS_FOLDER,
    counts_folder,
    forget_all,
    forget_ended,
)

KINDS = ("counter", "histogram", "gauge_livesum")


# As one that is started for long work, and as a worker that ends soon: each counts once.
JOINS = "import modwatch"
BEGINS = """
from pathlib import Path
from adapters.telemetry.shared_counts import count_together
count_together(Path("{}"))
"""
COUNTS = """
from adapters.telemetry.counts import EXPORTS
from prometheus_client import values
EXPORTS.labels("done").inc()
print(values.MmapedDict.__name__)
"""


@pytest.mark.parametrize("begin", [JOINS, BEGINS])
def test_what_is_started_for_a_while_counts_on_in_the_files_of_the_last_one(
    tmp_path: Path, begin: str
) -> None:
    folder = tmp_path if begin is JOINS else counts_folder(tmp_path)
    assert folder is not None
    try:
        _count_twice(folder, begin.format(tmp_path) + COUNTS)
    finally:
        forget_all(tmp_path)


def _count_twice(folder: Path, program: str) -> None:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MODWATCH_")}
    for done in (1, 2):
        said = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=kept | {COUNTS_FOLDER: str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout == "AllocatedDict\n"
        kinds = [file.name.rpartition("_")[0] for file in folder.iterdir()]
        assert "counter" in kinds
        assert len(kinds) == len(set(kinds))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        assert registry.get_sample_value("modwatch_exports_total", {"outcome": "done"}) == done


def test_only_the_counts_of_ended_processes_are_forgotten(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    unasked_for = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, unasked_for.pid, os.WEXITED | os.WNOWAIT)
    for pid in (ended.pid, unasked_for.pid, os.getpid()):
        for kind in KINDS:
            (tmp_path / f"{kind}_{pid}.db").touch()
    (tmp_path / "notes.txt").touch()
    forget_ended(tmp_path)
    kept = {file.name for file in tmp_path.iterdir()}
    assert kept == {f"{kind}_{os.getpid()}.db" for kind in KINDS} | {"notes.txt"}
    unasked_for.wait()
