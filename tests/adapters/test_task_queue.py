"""Sending tasks: to a broker that takes them, refuses them, or is not there."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapters.redis_link import RedisLink
from adapters.task_queue import WAKE_EXPIRES_MS, TaskQueue, broker_url
from domain.task_names import TaskName
from tests.parts import until
from tests.servers.valkey import Valkey


def waiting(valkey: Valkey) -> list[str]:
    """The names of the tasks in the queue, oldest last."""
    with valkey.client() as client:
        messages: Any = client.lrange("celery", 0, -1)
    return [orjson.loads(message)["headers"]["task"] for message in messages]


@pytest.fixture
def queue(valkey: Valkey) -> TaskQueue:
    return TaskQueue(RedisLink(valkey.url))


def test_a_task_is_sent_by_name(queue: TaskQueue, valkey: Valkey) -> None:
    assert queue.enqueue(TaskName.SWEEP)
    assert waiting(valkey) == [TaskName.SWEEP]


def test_many_events_wake_once_until_the_materialiser_woke(
    queue: TaskQueue, valkey: Valkey
) -> None:
    for _ in range(5):
        queue.wake_materialiser()
    assert waiting(valkey) == [TaskName.MATERIALISE_DIRTY]
    queue.materialiser_woke()
    for _ in range(5):
        queue.wake_materialiser()
    assert waiting(valkey) == [TaskName.MATERIALISE_DIRTY] * 2


def test_a_wake_that_was_lost_does_not_keep_others_out_for_long(
    queue: TaskQueue, valkey: Valkey
) -> None:
    queue.wake_materialiser()
    with valkey.client() as client:
        left_ms: Any = client.pttl("modwatch:wake")
    assert 0 < left_ms <= WAKE_EXPIRES_MS


def test_without_redis_nothing_is_sent() -> None:
    queue = TaskQueue(RedisLink(None))
    assert not queue.enqueue(TaskName.SWEEP)
    queue.wake_materialiser()
    queue.materialiser_woke()


@pytest.mark.parametrize("used_before", [False, True])
def test_a_broker_that_has_gone_is_no_error(
    queue: TaskQueue, valkey: Valkey, used_before: bool
) -> None:
    """Gone since the link was last looked at: that is when a task is sent to nobody."""
    if used_before:
        assert queue.enqueue(TaskName.SWEEP)
    valkey.stop()
    assert not queue.enqueue(TaskName.SWEEP)
    queue.wake_materialiser()
    valkey.start()
    until(lambda: queue.enqueue(TaskName.PRUNE), 10, "a task sent after its return")
    assert waiting(valkey) == [TaskName.PRUNE]


def test_a_broker_that_refuses_is_no_error(queue: TaskQueue, valkey: Valkey) -> None:
    assert queue.enqueue(TaskName.SWEEP)
    with valkey.client() as client:
        client.config_set("maxmemory", 1)
        try:
            assert not queue.enqueue(TaskName.SWEEP)
        finally:
            client.config_set("maxmemory", 0)
    assert waiting(valkey) == [TaskName.SWEEP]


def test_addresses_as_kombu_writes_them() -> None:
    assert broker_url("redis://h:1/0") == "redis://h:1/0"
    assert broker_url("unix:///tmp/unix://s") == "redis+socket:///tmp/unix://s"
