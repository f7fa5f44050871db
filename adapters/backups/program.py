"""A program that may take hours, waited for as long as it shows that it lives."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from adapters.backups.base import Check
from adapters.process.tether import die_with_parent
from domain.backups import BackupError

# How long one that is told to end has for it, before it is killed, and then once more.
END_SECONDS = 15.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str


def run_to_its_end(
    command: Sequence[str], user: str | None, silent_seconds: float, check: Check
) -> Said:
    """What it said. It is ended where it has no new line on standard error for `silent_seconds`,
    or `check`, which is called all the while, raises.

    Raises BackupError for the first, what `check` raises, and OSError where it cannot be started.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        process = subprocess.Popen(
            command, user=user, cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            preexec_fn=tied(signal.SIGTERM),
        )  # fmt: skip
        try:
            _wait(process, err, silent_seconds, check)
        finally:
            end(process)
        return Said(process.returncode, _text(out), _text(err))


def tied(death_signal: int) -> Callable[[], None]:
    """To be called in the child, which is told to end when this process does, killed or not: what
    runs on holds its lock against the next try, and nobody reads how it ended."""
    return partial(die_with_parent, os.getpid(), death_signal)


def _wait(
    process: subprocess.Popen[bytes],
    err: IO[bytes],
    silent_seconds: float,
    check: Check,
) -> None:
    silence = Silence(silent_seconds, time.monotonic())
    while process.poll() is None:
        check()
        if silence.is_too_long(os.fstat(err.fileno()).st_size, time.monotonic()):
            raise BackupError(f"it said nothing for {silent_seconds:g} s and was ended")
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)


@dataclass(slots=True)
class Silence:
    """Since when nothing came, by how much there is."""

    limit_seconds: float
    heard_seconds: float
    heard_bytes: int = 0

    def is_too_long(self, length_bytes: int, now_seconds: float) -> bool:
        if length_bytes != self.heard_bytes:
            self.heard_bytes, self.heard_seconds = length_bytes, now_seconds
        return now_seconds - self.heard_seconds > self.limit_seconds


def end(process: subprocess.Popen[bytes], seconds: float = END_SECONDS) -> None:
    """In order, so that it gives up what it has locked; else at once.

    Not waited for without limit: one that hangs in the kernel, at a disk that is away, stays.
    """
    for how in (process.terminate, process.kill):
        if process.poll() is None:
            how()
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
