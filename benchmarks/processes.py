"""Servers as processes of a benchmark: pinned to cores, and gone with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic

import httpx

from adapters.process.tether import die_with_parent
from benchmarks.cores import SERVER_CORES

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable, "-m")
START_SECONDS = 60
STOP_SECONDS = 15


@contextmanager
def process(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    cores: frozenset[int] = SERVER_CORES,
    keep_fds: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` in the checkout on `cores`, with nothing but `environment` and a PATH."""
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with log.open("ab") as output:
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            env=own | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=keep_fds,
            process_group=0,
            preexec_fn=partial(prepare, os.getpid(), cores),
        )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def web(
    app: str,
    environment: Mapping[str, str],
    folder: Path,
    *,
    cores: frozenset[int] = SERVER_CORES,
    config: str = "gunicorn.conf.py",
) -> Iterator[str]:
    """Serve `app` by gunicorn with Modwatch's own settings of it; the address."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        number = listener.fileno()
        bind = ["--config", config, "--no-control-socket", "--bind", f"fd://{number}"]
        command = [*PYTHON, "gunicorn", *bind, app]
        mine = {"MODWATCH_DATA_DIR": str(folder), "MODWATCH_LOG_FORMAT": "json"}
        log = folder / "log"
        with process(
            command, mine | dict(environment), log, cores=cores, keep_fds=[number]
        ) as server:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            wait_until_up(url, server, log)
            yield url


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return with the first answer; RuntimeError when the server ends before it."""
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline:
        try:
            # The listener is open before the server is: requests wait in it.
            httpx.get(f"{url}/health/live", timeout=1)
            return
        except httpx.TransportError:
            if server.poll() is not None:
                break
    raise RuntimeError(f"a server did not start: {log.read_text()[-2000:]}")


def prepare(parent_pid: int, cores: frozenset[int]) -> None:
    """In a child, before it runs: gone with its parent, on these cores."""
    die_with_parent(parent_pid)
    os.sched_setaffinity(0, cores)
