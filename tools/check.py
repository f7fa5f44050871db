"""`make test`: what tests need from the system, then every test, with lint beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial

import pytest

from adapters.process.tether import die_with_parent
from tools import dashboard
from tools.checkers import ensure_checkers
from tools.standins import ensure_chromium, ensure_postgres, ensure_servers

# A third is no quicker on two cores, though each waits a third of its time (docs/testing.md).
PYTEST = ("--numprocesses=2",)  # how they share the tests: tests/together.py
NICENESS = 10  # lint takes what the tests leave, and all of it once they are done


class LintBeside:
    """Lint in a process of its own, and a pytest plugin that shows what it found."""

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", "tools.lint")) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115, a pipe would fill and stop it
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(_step_back, os.getpid()),
        )

    def passes(self) -> bool:
        """Wait for the end; returns whether there was nothing to find."""
        return self._process.wait() == 0

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show a failure among those of the tests, above pytest's own last line."""
        if not self.passes():
            terminalreporter.section("lint", sep="=", red=True)
            self._output.seek(0)
            terminalreporter.write_line(self._output.read().decode(errors="replace"))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._output.close()


def main() -> int:
    """Run everything, also after a failure; returns 0 where all of it passes."""
    ensure_postgres()
    ensure_chromium()
    ensure_servers()
    ensure_checkers()
    # Tests start hundreds of processes: what one has compiled need not be compiled by the next.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    built = dashboard.main() == 0
    lint = LintBeside()
    try:
        tested = pytest.main([*PYTEST, *sys.argv[1:]], plugins=[lint]) == pytest.ExitCode.OK
        return 0 if built and tested and lint.passes() else 1
    finally:
        lint.stop()


def _step_back(parent_pid: int) -> None:
    die_with_parent(parent_pid)
    os.nice(NICENESS)


if __name__ == "__main__":
    sys.exit(main())
