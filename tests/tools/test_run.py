"""`make run` with real processes: however it ends, it ends whole; twice is refused politely."""

import json
import os
import pty
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from adapters.process.embedded_valkey import socket_path
from tests.servers.made import Made, until


@pytest.fixture(scope="module")
def keyboard() -> Iterator[tuple[int, int]]:
    """The two ends of a terminal: what is typed, and what a program has."""
    typed, terminal = pty.openpty()
    yield typed, terminal
    os.close(typed)
    os.close(terminal)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, keyboard: tuple[int, int]) -> Iterator[Made]:
    """A whole run at a terminal, its data in a folder whose name is no word."""
    run = Made(tmp_path_factory.mktemp("made") / "data#1 %41?é'")
    run.start(keyboard[1])
    try:
        run.wait_until_complete()
        yield run
    finally:
        run.end()


def test_a_data_folder_may_have_any_character_in_its_name(made: Made) -> None:
    with urlopen(f"{made.url}/health") as answer:
        checks = json.load(answer)["checks"]
    assert {checks[name]["status"] for name in ("database", "cache", "broker")} == {"healthy"}
    assert {"modwatch.db", "valkey.sock"} <= {file.name for file in made.data_dir.iterdir()}


def test_the_data_folder_is_for_one_run(made: Made) -> None:
    second = Made(made.data_dir)
    second.start()
    assert second.make.wait() != 0
    place = f"{made.data_dir} is in use by process {made.supervisor_pid()}"
    assert place in one_line(second.output())
    assert made.answers()


def test_the_port_is_for_one_run(made: Made, tmp_path: Path) -> None:
    port = made.url.rsplit(":", 1)[1]
    second = Made(tmp_path / "other", MODWATCH_PORT=port)
    second.start()
    assert second.wait_for_the_end() != 0
    assert f"port 127.0.0.1:{port} is not free" in one_line(second.output())
    assert made.answers()


def test_what_crashes_is_started_again(made: Made) -> None:
    for program in ("valkey-server", "gunicorn", "celery"):
        killed = made.pids_of(program)
        os.kill(made.first_of(program), signal.SIGKILL)
        until(lambda: (now := made.pids_of(program)) and not now & killed, made.describe)  # noqa: B023
    assert made.answers()


def test_ctrl_c_ends_all_of_it(made: Made, keyboard: tuple[int, int]) -> None:
    os.write(keyboard[0], b"\x03")
    made.wait_for_the_end()


def test_killing_it_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    run = Made(tmp_path / "data")
    run.start()
    try:
        until((run.data_dir / "valkey.sock").exists, run.output)
        run.make.kill()
        run.wait_for_the_end()
    finally:
        run.end()


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


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    run = Made(tmp_path / "data", MODWATCH_PORT="many")
    run.start()
    assert run.wait_for_the_end() != 0
    assert "MODWATCH_PORT" in one_line(run.output())


def one_line(said: str) -> str:
    """Return the one line that Modwatch said; make adds one of its own."""
    lines = [line for line in said.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    return lines[0]
