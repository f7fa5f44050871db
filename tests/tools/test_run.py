"""`make run` with real processes: however it ends, it ends whole; twice is refused politely."""

import os
import pty
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded_valkey import socket_path
from tests.servers.made import Made

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    run = Made(tmp_path / "data")
    yield run
    run.end()


def assert_nothing_left(made: Made) -> None:
    """The pipe ends when the last process that could write into it has ended."""
    made.rest_of_output()
    made.make.wait()
    assert made.processes() == {}


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("victim", ["make", "supervisor"])
def test_any_signal_ends_all_of_it(made: Made, victim: str, number: signal.Signals) -> None:
    made.start()
    made.wait_until_up()
    assert len(made.processes()) >= 5
    os.kill(made.make.pid if victim == "make" else made.supervisor_pid(), number)
    assert_nothing_left(made)


@pytest.mark.parametrize("how", ["closed", "ctrl-c"])
def test_the_terminal_ends_all_of_it(made: Made, how: str) -> None:
    keyboard, terminal = pty.openpty()
    made.start(terminal)
    os.close(terminal)
    made.wait_until_up()
    if how == "ctrl-c":
        os.write(keyboard, b"\x03")
    else:
        os.close(keyboard)
    assert_nothing_left(made)
    if how == "ctrl-c":
        os.close(keyboard)


def test_killing_it_while_it_starts_leaves_nothing(made: Made) -> None:
    made.start()
    while not (made.data_dir / "valkey.sock").exists():
        assert made.make.poll() is None
    made.make.kill()
    assert_nothing_left(made)


@pytest.mark.parametrize("program", ["valkey-server", "gunicorn", "celery"])
def test_what_crashes_is_started_again(made: Made, program: str) -> None:
    made.start()
    made.wait_until_up()
    killed = {pid for pid, command in made.processes().items() if program in command}
    os.kill(min(killed), signal.SIGKILL)
    while killed & (alive := made.processes()).keys() or not any(
        program in command for command in alive.values()
    ):
        assert made.make.poll() is None
    assert made.answers()


def test_the_data_folder_is_for_one_run(made: Made) -> None:
    made.start()
    made.wait_until_up()
    second = Made(made.data_dir)
    second.start()
    said = second.rest_of_output()
    assert second.make.wait() != 0
    assert f"{made.data_dir} is in use by process {made.supervisor_pid()}" in said
    assert one_line(said)
    assert made.answers()


def test_the_port_is_for_one_run(made: Made, tmp_path: Path) -> None:
    made.start()
    port = made.wait_until_up().rsplit(":", 1)[1]
    second = Made(tmp_path / "other", MODWATCH_PORT=port)
    second.start()
    said = second.rest_of_output()
    assert second.make.wait() != 0
    assert f"port 127.0.0.1:{port} is not free" in said
    assert one_line(said)
    assert made.answers()


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    run = Made(tmp_path / "data", MODWATCH_PORT="many")
    run.start()
    said = run.rest_of_output()
    assert run.make.wait() != 0
    assert "MODWATCH_PORT" in said
    assert one_line(said)


def test_a_long_data_folder_gets_a_short_socket(tmp_path: Path) -> None:
    run = Made(tmp_path / ("deep" * 30))
    run.start()
    try:
        run.wait_until_up()
        assert any("valkey-server" in command for command in run.processes().values())
        assert run.answers()
    finally:
        run.end()
        shutil.rmtree(socket_path(run.data_dir).parent)


def one_line(said: str) -> bool:
    """Whether Modwatch said one line; make adds one of its own."""
    return len([line for line in said.splitlines() if not line.startswith("make")]) == 1
