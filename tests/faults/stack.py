"""Web, worker with beat, and Valkey as processes of a test, each to be killed and started alone.

They are started as `make run` starts them, in process groups of their own; whatever ends the test
ends them (tools/supervisor.py ties each to this process).
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import redis
from celery import Celery

from adapters.broker import broker_url
from adapters.database import Database
from adapters.process.embedded_valkey import socket_path
from adapters.redis.link import RedisLink
from adapters.redis.pulse import Pulse
from adapters.settings import load_settings
from schedules.beat import SWEEP_EVERY_SECONDS
from services.container import system_clock
from tests.parts import make_token, until
from tools.embedded import embedded_valkey, valkey_answers
from tools.run import web_process, worker_process
from tools.supervisor import Child

# For a busy machine; nothing is proved by how long a start takes.
START_SECONDS = 120.0
REQUEST_SECONDS = 60.0
# Where no wake comes, a sweep does it: the next one, or the one after it.
SWEPT_SECONDS = 60 + 2 * SWEEP_EVERY_SECONDS


class Stack:
    """The processes of one installation, with its data in `data_dir`, and ways in."""

    def __init__(self, data_dir: Path, database_url: str) -> None:
        """The settings of this installation must be in this process's environment."""
        self.data_dir = data_dir
        self.settings = load_settings()
        self.database = Database(database_url)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = "http://{}:{}".format(*self.listener.getsockname()[:2])
        self.valkey = embedded_valkey(data_dir)
        self.web = web_process(self.listener)
        self.worker = worker_process(self.settings)
        self.others: list[Child] = []

    def start(self) -> None:
        self.start_valkey()
        self.web.start()
        self.worker.start()
        self.wait_for_web()
        self.wait_for_worker()

    def start_valkey(self) -> None:
        self.valkey.start()
        until(lambda: valkey_answers(self.data_dir), START_SECONDS, "an answer of Valkey")

    def start_web(self) -> None:
        self.web.start()
        self.wait_for_web()

    def second_worker(self, processes: int = 1) -> Child:
        """Another worker with a beat of its own."""
        folder = self.data_dir / "second"
        folder.mkdir()
        like = worker_process(replace(self.settings, data_dir=folder))
        other = Child(
            "second worker",
            (*like.command, "--hostname", "second@%h", "--concurrency", str(processes)),
        )
        self.others.append(other)
        other.start()
        return other

    def wait_for_web(self) -> None:
        """The listener is open before the process is: a request waits in it."""

        def answers() -> bool:
            try:
                return self.get("/health/live").status_code == 200
            except httpx.TransportError:
                return False

        until(answers, START_SECONDS, "an answer of the web process")

    def wait_for_worker(self, count: int = 1) -> None:
        with closing(RedisLink(self.settings.redis_url)) as link:
            pulse = Pulse(link)
            until(
                lambda: pulse.workers(system_clock()) == count,
                START_SECONDS,
                f"signs of life of {count} workers",
            )

    def get(self, path: str) -> httpx.Response:
        """As anybody."""
        return httpx.get(f"{self.url}{path}", timeout=REQUEST_SECONDS)

    def end(self) -> None:
        """Leave no process behind, whatever a test has done to it."""
        for child in (self.web, self.worker, *self.others, self.valkey):
            child.send(signal.SIGCONT)
            kill(child)
        self.listener.close()
        self.database.close()

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(f"unix://{socket_path(self.data_dir)}")

    def client(self, *guild_ids: int) -> httpx.Client:
        """With a bot token for every guild, or an API token for these."""
        kind = "api" if guild_ids else "bot"
        role = "viewer" if guild_ids else None
        token = make_token(self.database, kind, guild_ids, role, system_clock())
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=REQUEST_SECONDS)


def kill(child: Child) -> None:
    """SIGKILL for a child and all it started; returns when it is gone."""
    if child.pid is None:
        return
    child.send(signal.SIGKILL)
    until(lambda: child.exit_code() is not None, START_SECONDS, f"the end of {child.name}")


def pool_process(stack: Stack) -> int:
    """The process of the worker that runs tasks, as the worker itself says."""
    assert stack.settings.redis_url is not None
    app = Celery(broker=broker_url(stack.settings.redis_url), set_as_current=False)
    found: list[int] = []

    def is_told() -> bool:
        for stats in (app.control.inspect(timeout=2, limit=1).stats() or {}).values():
            found[:] = stats["pool"]["processes"]
        return bool(found)

    until(is_told, START_SECONDS, "the worker's word on its processes")
    return found[0]


def at_the_moment(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """As `until`, but looking without a pause: for moments that pass quickly."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
