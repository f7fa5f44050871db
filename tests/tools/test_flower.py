"""`make flower`: one line where its port is taken; a password; its numbers stay its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from base64 import b64encode
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from adapters.telemetry.shared_counts import counts_folder
from tests.parts import until
from tests.servers.ports import free_port
from tests.servers.web import ROOT
from tools.flower import login_of


def flower(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.flower", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = flower(f"--port={port}")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.splitlines() == [
        f"flower: port {port} of 127.0.0.1 is taken; say MORE=--port=5556 for another"
    ]
    assert "must be a number" in flower("--port=http").stderr


def status_of(port: int, login: str = "") -> int:
    """0 while nobody answers."""
    word = b64encode(login.encode()).decode()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    with suppress(ConnectionError), closing(connection):
        connection.request("GET", "/", headers={"Authorization": f"Basic {word}"} if login else {})
        return connection.getresponse().status
    return 0


def test_nobody_comes_in_without_the_password(tmp_path: Path) -> None:
    port, said = free_port(), tmp_path / "said"
    more = {"MODWATCH_DATA_DIR": str(tmp_path), "MODWATCH_REDIS_URL": "redis://127.0.0.1:9/0"}
    command = [sys.executable, "-m", "tools.flower", f"--port={port}"]
    with said.open("wb") as out:
        run = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | more | {"FLOWER_BASIC_AUTH": ""}, stderr=out
        )
    try:
        until(lambda: status_of(port) != 0, 120, "Flower answers")
        printed = re.search(r"user modwatch, password (\S+)", said.read_text())
        assert printed is not None
        assert (status_of(port), status_of(port, "modwatch:guess")) == (401, 401)
        assert status_of(port, f"modwatch:{printed[1]}") == 200
    finally:
        run.kill()
        run.wait()


def test_a_password_that_is_given_is_the_one(capfd: pytest.CaptureFixture[str]) -> None:
    assert login_of({"FLOWER_BASIC_AUTH": "me:mine"}, "http://127.0.0.1:5555") == "me:mine"
    assert capfd.readouterr().err == ""


def test_flower_does_not_count_where_workers_do(tmp_path: Path) -> None:
    """Asked for help it ends by itself, with everything imported by then."""
    given = {"MODWATCH_DATA_DIR": str(tmp_path), "MODWATCH_REDIS_URL": "redis://127.0.0.1:9/0"}
    command = [sys.executable, "-m", "celery", "-A", "celery_config", "flower", "--help"]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | given, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    folder = counts_folder(tmp_path)
    assert folder is not None
    assert list(folder.iterdir()) == []
    folder.rmdir()
