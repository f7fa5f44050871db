"""`make test` runs lint beside the tests, and pytest has the last word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BESIDE = """\
import sys, pytest
from tools.check import LintBeside

lint = LintBeside((sys.executable, "-c", sys.argv[1]))
code = pytest.main(["-p", "no:cacheprovider", "-c", "/dev/null", sys.argv[2]], plugins=[lint])
print(f"tests {code:d}, lint {lint.passes()}", file=sys.stderr)
lint.stop()
"""


def run_beside(folder: Path, lint: str) -> tuple[list[str], str]:
    """The lines that a run of one passing test shows beside `lint`, and how both ended."""
    test = folder / "test_one.py"
    test.write_text("def test_one() -> None: ...\n")
    command = [sys.executable, "-c", BESIDE, lint, str(test)]
    bare = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=True)
    return done.stdout.splitlines(), done.stderr.strip()


def test_what_lint_found_stands_above_pytests_last_line(tmp_path: Path) -> None:
    shown, ended = run_beside(tmp_path, "print('--- ruff: a line too long'); raise SystemExit(1)")
    assert ended == "tests 0, lint False"
    assert "--- ruff: a line too long" in shown[:-1]
    assert "1 passed" in shown[-1]


def test_of_a_lint_that_passes_nothing_is_shown(tmp_path: Path) -> None:
    shown, ended = run_beside(tmp_path, "print('lint: everything passes')")
    assert ended == "tests 0, lint True"
    assert not [line for line in shown if "everything passes" in line]
    assert "1 passed" in shown[-1]
