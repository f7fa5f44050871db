"""Processes that stop where they are told and are killed there, one at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from adapters.process.tether import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent


class ForkServer:
    """The process that forks all the others: it has loaded all that they need (fork_server.py)."""

    def __init__(self) -> None:
        kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.fork_server"],
            cwd=ROOT,
            env=kept,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )

    def ask(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")

    def answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that forks the others has ended"
        return line.strip()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    made = ForkServer()
    yield made
    made.end()


class Nursery:
    """Processes that do one kind of work; `given`: settings, with their whole names."""

    def __init__(self, server: ForkServer, work: str, given: Mapping[str, str]) -> None:
        self._server = server
        self._asked = {"work": work, "given": {**given, "MODWATCH_LOG_LEVEL": "error"}}
        self._said_early = 0
        self._under_way: int | None = None

    def start(self, now_ms: int, words: str) -> int:
        """The id of a new process."""
        self._server.ask(json.dumps(self._asked | {"now_ms": now_ms, "words": words}))
        self._said_early = 0
        while (line := self._server.answer()) == "there":
            self._said_early += 1
        self._under_way = int(line.removeprefix("pid "))
        return self._under_way

    def wait_until_there(self, count: int = 1) -> None:
        """It has stopped so often."""
        for _ in range(count - self._said_early):
            said = self._line()
            assert said == "there", f"it never came to where it stops: {said}"

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        assert self._line() == f"ended {signal.SIGKILL}"

    def kill_at(self, now_ms: int, words: str) -> None:
        """Let one begin, and kill it where it stops."""
        pid = self.start(now_ms, words)
        self.wait_until_there()
        self.kill(pid)

    def finish(self, now_ms: int, words: str) -> None:
        """Let one come to its own end."""
        self.start(now_ms, words)
        assert self._line() == "ended 0"

    def end(self) -> None:
        """Kill what is under way, wherever it is, unless it ended by itself."""
        while self._under_way is not None:
            with suppress(ProcessLookupError):
                os.kill(self._under_way, signal.SIGKILL)
            self._line()

    def _line(self) -> str:
        line = self._server.answer()
        if line.startswith("ended "):
            self._under_way = None
        return line
