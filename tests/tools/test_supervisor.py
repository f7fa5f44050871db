"""The supervisor: what ends is started again, later each time, and ends no other."""

from __future__ import annotations

import signal
import subprocess
import sys
from functools import partial
from os import getpid
from pathlib import Path

import pytest

from adapters.process.tether import die_with_parent
from tests.parts import until
from tools.supervisor import LONGEST_WAIT_SECONDS, wait_before_start

ROOT = Path(__file__).resolve().parent.parent.parent
TWO_CHILDREN = """
import sys
from tools.supervisor import Child, Supervisor, StopRequestedError
supervisor = Supervisor()
steady = supervisor.start(Child("steady", ("sleep", "1000")))
supervisor.start(Child("crashing", (sys.executable, "-c", "raise SystemExit(7)")))
print("steady is", steady.pid, flush=True)
try:
    supervisor.watch()
except StopRequestedError:
    print("steady is still", steady.pid, steady.exit_code(), flush=True)
finally:
    supervisor.stop()
"""


@pytest.mark.parametrize(
    ("short_lives", "seconds"), [(0, 0), (1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (1000, 30)]
)
def test_how_long_the_next_start_waits(short_lives: int, seconds: float) -> None:
    assert wait_before_start(short_lives) == seconds <= LONGEST_WAIT_SECONDS


def test_a_child_that_crashes_again_and_again_ends_no_other(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", TWO_CHILDREN],
            cwd=ROOT,
            stdout=output,
            preexec_fn=partial(die_with_parent, getpid()),
        )
    # Three ends in a row once ended everything.
    until(lambda: said.read_text().count("crashing ended") >= 4, 60, "four ends")
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    lines = said.read_text().splitlines()
    ends = [line for line in lines if "crashing ended" in line]
    assert [line.rpartition(" starts again ")[2] for line in ends[:4]] == [
        "now", "in 1 s", "in 2 s", "in 4 s",
    ]  # fmt: skip
    pid = lines[0].split()[-1]
    assert lines[-1] == f"steady is still {pid} None"
