"""The files in which processes count: those of ended ones go, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from adapters.settings import ROOT
from adapters.telemetry.shared_counts import COUNTS_FOLDER, forget_ended

KINDS = ("counter", "histogram", "gauge_livesum")


# As one that is started for long work: it counts, and ends.
COUNTS = """
import modwatch
from adapters.telemetry.counts import EXPORTS
from prometheus_client import values
EXPORTS.labels("done").inc()
print(values.MmapedDict.__name__)
"""


def test_what_is_started_for_a_while_counts_on_in_the_files_of_the_last_one(tmp_path: Path) -> None:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MODWATCH_")}
    for done in (1, 2):
        said = subprocess.run(
            [sys.executable, "-c", COUNTS],
            cwd=ROOT,
            env=kept | {COUNTS_FOLDER: str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout == "AllocatedDict\n"
        kinds = [file.name.rpartition("_")[0] for file in tmp_path.iterdir()]
        assert "counter" in kinds
        assert len(kinds) == len(set(kinds))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(tmp_path))  # type: ignore[no-untyped-call]
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
