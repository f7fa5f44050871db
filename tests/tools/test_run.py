"""`make run` with real processes: however it ends, it ends whole; twice is refused politely."""

import os
import pty
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded_valkey import socket_path
from tests.servers.made import Made, until


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    run = Made(tmp_path / "data")
    run.start()
    yield run
    run.end()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_any_signal_to_make_ends_all_of_it(made: Made, name: str) -> None:
    made.wait_until_complete()
    os.kill(made.make.pid, signal.Signals[name])
    assert made.wait_for_the_end() != 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_any_signal_to_the_supervisor_ends_all_of_it(made: Made, name: str) -> None:
    made.wait_until_complete()
    os.kill(made.supervisor_pid(), signal.Signals[name])
    assert (made.wait_for_the_end() == 0) == (name == "SIGTERM")


@pytest.mark.parametrize("how", ["closed", "ctrl-c"])
def test_the_terminal_ends_all_of_it(tmp_path: Path, how: str) -> None:
    made = Made(tmp_path / "data")
    keyboard, terminal = pty.openpty()
    made.start(terminal)
    os.close(terminal)
    try:
        made.wait_until_complete()
        if how == "ctrl-c":
            os.write(keyboard, b"\x03")
        else:
            os.close(keyboard)
        made.wait_for_the_end()
    finally:
        made.end()
    if how == "ctrl-c":
        os.close(keyboard)


def test_killing_it_while_it_starts_leaves_nothing(made: Made) -> None:
    until((made.data_dir / "valkey.sock").exists, made.output)
    made.make.kill()
    made.wait_for_the_end()


def test_what_crashes_is_started_again(made: Made) -> None:
    made.wait_until_complete()
    for program in ("valkey-server", "gunicorn", "celery"):
        killed = made.pids_of(program)
        os.kill(min(killed), signal.SIGKILL)
        until(lambda: (now := made.pids_of(program)) and not now & killed, made.describe)  # noqa: B023
    assert made.answers()


def test_the_data_folder_is_for_one_run(made: Made) -> None:
    made.wait_until_up()
    second = Made(made.data_dir)
    second.start()
    assert second.make.wait() != 0
    place = f"{made.data_dir} is in use by process {made.supervisor_pid()}"
    assert place in one_line(second.output())
    assert made.answers()


def test_the_port_is_for_one_run(made: Made, tmp_path: Path) -> None:
    port = made.wait_until_up().rsplit(":", 1)[1]
    second = Made(tmp_path / "other", MODWATCH_PORT=port)
    second.start()
    assert second.wait_for_the_end() != 0
    assert f"port 127.0.0.1:{port} is not free" in one_line(second.output())
    assert made.answers()


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    run = Made(tmp_path / "data", MODWATCH_PORT="many")
    run.start()
    assert run.wait_for_the_end() != 0
    assert "MODWATCH_PORT" in one_line(run.output())


def test_a_long_data_folder_gets_a_short_socket(tmp_path: Path) -> None:
    run = Made(tmp_path / ("deep" * 30))
    run.start()
    try:
        run.wait_until_up()
        assert run.pids_of("valkey-server")
        assert run.answers()
    finally:
        run.end()
        shutil.rmtree(socket_path(run.data_dir).parent)


def one_line(said: str) -> str:
    """Return the one line that Modwatch said; make adds one of its own."""
    lines = [line for line in said.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    return lines[0]
