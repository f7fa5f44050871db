"""Thousands of clients as one process beside the servers, and the events they are sent."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import msgspec
import orjson

from benchmarks.cores import LOAD_CORES
from benchmarks.events import violation
from benchmarks.live_sockets import Job, Outcome
from benchmarks.processes import PYTHON, ROOT, prepare
from domain.guild_state import GuildState
from services.ingest.rows import live_violation, rows_of


class Sockets:
    """All are open and subscribed."""

    def __init__(self, running: subprocess.Popen[bytes]) -> None:
        self._running = running

    def finish(self, messages_each: int) -> Outcome:
        """What came of it, when each was sent so many messages."""
        said, _ = self._running.communicate(b"%d\n" % messages_each)
        return msgspec.json.decode(said, type=Outcome)


@contextmanager
def sockets(job: Job, log: Path) -> Iterator[Sockets]:
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            [*PYTHON, "benchmarks.live_sockets"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=partial(prepare, os.getpid(), LOAD_CORES),
        ) as running,
    ):
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            running.stdin.write(msgspec.json.encode(job) + b"\n")
            running.stdin.flush()
            if running.stdout.readline() != b"ready\n":
                raise RuntimeError(f"sockets did not open: {log.read_text()[-2000:]}")
            yield Sockets(running)
        finally:
            running.kill()


class Events:
    """Live events as ingest makes them, each with its number and the moment it is sent."""

    def __init__(self, guild: int) -> None:
        now_ms = time.time_ns() // 1_000_000
        event = violation(Random(guild), guild, now_ms)
        rows = rows_of([event], {guild: GuildState(guild, None, None)}, now_ms)
        self._event = live_violation(rows.violations[0])
        self._data = {"username": "member 1", "avatar": None, **self._event["data"]}  # type: ignore[dict-item]

    def body(self, seq: int) -> bytes:
        data = self._data | {"seq": seq, "sent_ns": time.monotonic_ns()}
        return orjson.dumps(self._event | {"data": data})


def at_rate(per_second: float, seconds: float, send: Callable[[int], None]) -> int:
    """Call `send` with 0, 1, 2... at even moments; how often."""
    started, count = time.monotonic(), int(per_second * seconds)
    for place in range(count):
        time.sleep(max(0.0, started + place / per_second - time.monotonic()))
        send(place)
    return count
