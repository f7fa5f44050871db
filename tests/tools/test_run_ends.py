"""`make run`, however it ends, ends whole: the real make and supervisor, over small children."""

import os
import pty
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.made import MAKEFILE, Made, until
from tests.tools.small_run import CHILDREN


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Made]:
    """Not started; the recipe is that of the Makefile, for tests/tools/small_run.py."""
    makefile = tmp_path / "Makefile"
    recipe = MAKEFILE.read_text()
    assert recipe.count("-m tools.run ") == 1
    makefile.write_text(recipe.replace("-m tools.run ", "-m tests.tools.small_run "))
    run = Made(tmp_path / "data")
    run.makefile = makefile
    yield run
    run.end()


def wait_until_complete(small: Made) -> None:
    """Return when each child has its own child."""
    small.wait_until_up()
    until(lambda: len(small.pids_of("time.sleep")) == 2 * CHILDREN, small.describe)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_any_signal_to_make_ends_all_of_it(small: Made, name: str) -> None:
    small.start()
    wait_until_complete(small)
    os.kill(small.make.pid, signal.Signals[name])
    assert small.wait_for_the_end() != 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_any_signal_to_the_supervisor_ends_all_of_it(small: Made, name: str) -> None:
    small.start()
    wait_until_complete(small)
    os.kill(small.supervisor_pid(), signal.Signals[name])
    assert (small.wait_for_the_end() == 0) == (name == "SIGTERM")


@pytest.mark.parametrize("how", ["closed", "ctrl-c"])
def test_the_terminal_ends_all_of_it(small: Made, how: str) -> None:
    keyboard, terminal = pty.openpty()
    small.start(terminal)
    os.close(terminal)
    wait_until_complete(small)
    if how == "ctrl-c":
        os.write(keyboard, b"\x03")
    else:
        os.close(keyboard)
    small.wait_for_the_end()
    if how == "ctrl-c":
        os.close(keyboard)
