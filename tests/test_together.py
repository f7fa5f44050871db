"""What shares a large thing is done by one process, also where several have the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.together import TOGETHER, Together
from tools.check import PYTEST

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("place", TOGETHER)
def test_every_place_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_tests_of_one_place_go_to_one_process(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("""\
from tests import together
together.TOGETHER = ("many/",)
def pytest_xdist_make_scheduler(config, log): return together.Together(config, log)
""")
    (tmp_path / "many").mkdir()
    for number in range(4):
        # Long enough for the other process to have had its turn.
        many = "import time\ndef test_a(): time.sleep(0.1)\ndef test_b(): time.sleep(0.1)\n"
        (tmp_path / "many" / f"test_{number}.py").write_text(many)
    (tmp_path / "test_alone.py").write_text("def test_a(): ...\ndef test_b(): ...\n")
    # No other plugins: each of the processes would read them.
    plugins = ["-p", "xdist", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-v", *plugins, *PYTEST, "."]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in done.stdout.splitlines() if "PASSED" in line]
    by = {name: worker for worker, *_, name in lines}
    assert len(by) == 10
    assert len({worker for name, worker in by.items() if name.startswith("many/")}) == 1
    assert len(set(by.values())) == 2


def test_all_others_go_alone() -> None:
    scheduler = Together.__new__(Together)
    assert scheduler._split_scope("tests/live/test_a.py::test_a[x]") == "tests/live/"
    assert (
        scheduler._split_scope("tests/api/test_a.py::test_a[x]") == "tests/api/test_a.py::test_a[x]"
    )
