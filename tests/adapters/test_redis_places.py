"""Every form of address, everywhere it is used, over a restart or a failover."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from threading import Event, Thread

import pytest
import redis

from adapters.broker import Broker
from adapters.redis.address import connect, normal_address
from adapters.redis.link import RedisLink
from adapters.redis.task_queue import TaskQueue
from adapters.settings import ROOT
from domain.task_names import TaskName
from tests.parts import until
from tests.servers.redis_places import (
    PASSWORD,
    Place,
    with_sentinel,
    with_sentinel_by_tls,
    with_tls,
    with_user,
)

BACK_SECONDS = 180.0  # a Sentinel that had no turn for two seconds does nothing for thirty


@pytest.fixture(params=[with_user, with_tls, with_sentinel, with_sentinel_by_tls])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    make: Callable[[Path], AbstractContextManager[Place]] = request.param
    with make(tmp_path / "redis") as made:
        yield made


def test_link_and_listener_come_back(place: Place) -> None:
    link = RedisLink(normal_address(place.url))
    until(link.ping, BACK_SECONDS, "an answer")
    heard = Listener(link)
    until(lambda: heard.hears(link, "before"), BACK_SECONDS, "a word")
    place.break_down()
    until(lambda: not link.ping() or heard.breaks > 0, BACK_SECONDS, "its end")
    until(link.ping, BACK_SECONDS, "an answer after its return")
    until(lambda: bool(link.ask(lambda client: client.set("k", "v"))), BACK_SECONDS, "a write")
    until(lambda: heard.hears(link, "after"), BACK_SECONDS, "a word after its return")
    heard.ended.set()
    link.close()


class Listener:
    """Listens as processes do: begins anew whenever the link is lost."""

    def __init__(self, link: RedisLink) -> None:
        self._url = link.url or ""
        self.heard: set[bytes] = set()
        self.breaks = 0
        self.ended = Event()
        Thread(target=self._listen, daemon=True).start()

    def hears(self, link: RedisLink, word: str) -> bool:
        link.ask(lambda client: client.publish("news", word))
        return word.encode() in self.heard

    def _listen(self) -> None:
        while not self.ended.is_set():
            try:
                self._hear()
            except redis.RedisError:
                self.breaks += 1
                time.sleep(0.05)

    def _hear(self) -> None:
        with closing(connect(self._url, socket_timeout=None)) as client:
            channel = client.pubsub()  # type: ignore[no-untyped-call]
            channel.subscribe("news")
            while not self.ended.is_set():
                message = channel.get_message(timeout=1.0)
                if message and message["type"] == "message":
                    self.heard.add(message["data"])


def test_tasks_reach_a_worker_again(place: Place, sqlite_url: str, tmp_path: Path) -> None:
    given = {"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path), "REDIS_URL": place.url}
    link = RedisLink(normal_address(place.url))
    queue = TaskQueue(link)
    log = tmp_path / "log"
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celery_config", "-q", "worker", "-P", "solo"],
            cwd=ROOT,
            env=os.environ | {f"MODWATCH_{name}": text for name, text in given.items()},
            stdout=out,
            stderr=out,
        )
    try:
        until(lambda: is_done(queue, link), BACK_SECONDS, "a task that is done")
        place.break_down()
        until(link.ping, BACK_SECONDS, "an answer after its return")
        link.ask(lambda client: client.delete("modwatch:beat"))
        until(lambda: is_done(queue, link), BACK_SECONDS, "a task that is done after its return")
        assert PASSWORD not in log.read_text()
        assert queue.broker.lengths().keys() == {"celery", "deliveries", "long"}
        queue.broker.probe()
        assert worker.poll() is None
    finally:
        worker.kill()
        worker.wait()


def is_done(queue: TaskQueue, link: RedisLink) -> bool:
    """Sends a sweep, which leaves a sign; whether one was there."""
    if link.ask(lambda client: client.exists("modwatch:beat")):
        return True
    queue.enqueue(TaskName.SWEEP)
    time.sleep(0.3)  # not to send hundreds
    return False


def test_a_broker_beside_our_own_redis(tmp_path: Path) -> None:
    with with_user(tmp_path / "other") as other:
        queue = TaskQueue(RedisLink(None), Broker(normal_address(other.url), RedisLink(None)))
        until(lambda: queue.enqueue(TaskName.DELIVER), BACK_SECONDS, "a broker that takes it")
        assert queue.broker.lengths() == {"celery": 0, "deliveries": 1, "long": 0}
