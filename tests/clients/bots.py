"""Starts bots as processes, reads what they say, and kills them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

from adapters.process.tether import die_with_parent
from tests.clients.bot_process import Task
from tests.servers.web import ROOT


class BotProcess:
    """What it has said so far is in `said`."""

    def __init__(self, task: Task) -> None:
        self.said: dict[str, Any] = {"sent": task.first}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.clients.bot_process", json.dumps(asdict(task))],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": "clients"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )

    def read_until(self, sent: int) -> None:
        """Until it said that so many are in the spool."""
        assert self.process.stdout
        while self.said["sent"] < sent:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.process.communicate()[1].decode()}"
            self.said |= json.loads(line)

    def kill(self) -> None:
        """SIGKILL; what it had said until then is read."""
        self.process.kill()
        self._end()

    def finish(self) -> int:
        """Its exit code, when it has ended by itself."""
        return self._end()

    def _end(self) -> int:
        out, self.errors = (text.decode() for text in self.process.communicate())
        for line in out.splitlines(keepends=True):
            if line.endswith("\n"):  # the last one may have been cut
                self.said |= json.loads(line)
        return self.process.returncode


@contextmanager
def bot(task: Task) -> Iterator[BotProcess]:
    started = BotProcess(task)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.kill()
