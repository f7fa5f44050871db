"""The files in which processes count: those of ended ones go, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from adapters.telemetry.shared_counts import forget_ended

KINDS = ("counter", "histogram", "gauge_livesum")


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
