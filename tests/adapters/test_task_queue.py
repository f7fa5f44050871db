"""Sending tasks: to a broker that takes them, refuses them, or is not there."""

from __future__ import annotations

import socket
from threading import Event
from typing import Any

import orjson
import pytest

from adapters import broker as broker_module
from adapters.broker import Broker, BrokerAwayError, broker_url, tls_options, transport_options
from adapters.redis.link import RedisLink
from adapters.redis.task_queue import WAKE_EXPIRES_MS, TaskQueue
from domain.task_names import TaskName
from tests.parts import until
from tests.servers.door import door
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
    until(lambda: queue.enqueue(TaskName.PRUNE), 60, "a task sent after its return")
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
    assert broker_url("rediss://h:1/0") == "rediss://h:1/0?ssl_cert_reqs=required"
    own = "rediss://h:1/0?ssl_cert_reqs=required&ssl_ca_certs=/ca.pem"
    assert broker_url(own) == own
    assert broker_url("redis+sentinel://u:p%40@h,[::1]:7/main/2") == (
        "sentinel://u:p%40@h:26379/2;sentinel://u:p%40@[::1]:7/2"
    )
    assert broker_url("rediss+sentinel://h/main?ssl_ca_certs=/ca.pem") == "sentinel://h:26379/0"
    assert tls_options("rediss+sentinel://h/main?ssl_ca_certs=/ca.pem") == {
        "ssl_cert_reqs": "required",
        "ssl_ca_certs": "/ca.pem",
    }
    assert tls_options("redis+sentinel://h/main") is None
    assert broker_url("amqps://u:p@h/v") == "amqps://u:p@h/v"
    assert broker_url("unix:///tmp/unix://s") == "redis+socket:///tmp/unix://s"


def test_a_rabbitmq_that_is_away_is_said_and_not_waited_for() -> None:
    """With a Redis that is there: wakes are claimed in it, and nothing is lost that beat finds."""
    broker = Broker("amqp://u:p@127.0.0.1:1/v", RedisLink(None))
    queue = TaskQueue(RedisLink(None), broker)
    assert not broker.is_away  # who knows, before anybody has asked
    assert not queue.enqueue(TaskName.SWEEP)
    assert queue.broker.is_away
    assert queue.broker.lengths() == {}
    with pytest.raises(BrokerAwayError, match="refused"):
        queue.broker.probe()
    # What only Redis understands, RabbitMQ refuses a connection over.
    assert transport_options("amqp://u:p@h/v") == {"confirm_publish": True}
    assert transport_options("unix:///s")["visibility_timeout"] == 60


def test_a_rabbitmq_that_says_nothing_is_waited_for_once() -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(b"".join(iter(lambda: connection.recv(4096), b"")))

    with door(listen) as silent:
        broker = Broker(f"amqp://u:p@127.0.0.1:{silent.port}/v", RedisLink(None))
        assert broker.standing() == (False, {})
        with socket.create_connection(("127.0.0.1", silent.port)) as last:
            last.sendall(b"last")
        until(lambda: b"last" in heard, 60, "what came before it")
        assert heard == [b"AMQP\x00\x00\x09\x01", b"last"]
        with pytest.raises(BrokerAwayError, match="timed out"):
            broker.probe()


def test_a_rabbitmq_that_ends_no_conversation_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of its words may come in time, and the last of them never."""
    broker, over = Broker("amqp://u:p@127.0.0.1:1/v", RedisLink(None)), Event()
    for name in ("_lengths", "_probe"):
        monkeypatch.setattr(broker_module, name, lambda _celery: over.wait())
    try:
        assert broker.lengths() == {}
        with pytest.raises(BrokerAwayError, match="timed out"):
            broker.probe()
    finally:
        over.set()


def test_a_rabbitmq_that_takes_no_task_may_say_its_lengths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is full: how long its queues are is what somebody wants to know then."""
    broker = Broker("amqp://u:p@127.0.0.1:1/v", RedisLink(None))
    monkeypatch.setattr(broker_module, "_lengths", lambda _celery: {"long": 7})
    assert broker.standing() == (False, {"long": 7})
