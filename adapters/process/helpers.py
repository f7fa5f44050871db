"""Processes that this one starts for long work, a few at a time; they end when it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Lock

from adapters.process.tether import die_with_parent

OURS = "MODWATCH_"
ROOT = Path(__file__).resolve().parent.parent.parent


class Helpers:
    """Runs `command` in at most so many processes at once."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = Lock()

    def start(self, most: int, given: Mapping[str, str]) -> bool:
        """Start one more, unless there are `most` already; whether one was started.

        given: the settings it works on, by variable
        """
        with self._lock:
            self._running = [one for one in self._running if one.poll() is None]
            if len(self._running) >= most:
                return False
            self._running.append(self._start(given))
            return True

    def _start(self, given: Mapping[str, str]) -> subprocess.Popen[bytes]:
        # SIGTERM, so that it gives back what it is at.
        tie = partial(die_with_parent, os.getpid(), signal.SIGTERM)
        others = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
        return subprocess.Popen(
            self._command,
            cwd=ROOT,
            env={**others, **given},
            stdin=subprocess.DEVNULL,
            preexec_fn=tie,
        )


LONG_WORK = Helpers((sys.executable, "-m", "modwatch", "work", "run"))
