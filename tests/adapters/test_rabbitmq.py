"""A RabbitMQ that takes connections and says no more."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from kombu import Connection

from adapters import rabbitmq
from adapters.rabbitmq import PatientChannel, PatientTlsTransport, PatientTransport


class Silent:
    """A link on which nothing comes."""

    confirm_publish = True
    channel_max = 9

    def __init__(self) -> None:
        self.is_over = False
        self.channels: dict[int, Any] = {}
        self.client_properties: dict[str, Any] = {}
        self.transport = SimpleNamespace(having_timeout=lambda _: self)
        self.sent: list[Any] = []

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...
    def _claim_channel_id(self, _: int) -> None: ...

    def frame_writer(self, *sent: Any) -> None:
        self.sent.append(sent)

    def drain_events(self, timeout: float | None) -> None:
        assert timeout is not None, "waited for without end"
        raise TimeoutError

    def collect(self) -> None:
        self.is_over = True


def test_nothing_is_waited_for_without_end() -> None:
    for step in (_publish("tasks"), PatientChannel.open, PatientChannel.close):
        link = Silent()
        channel = PatientChannel(link, 1)
        channel.is_open = True if step is PatientChannel.close else channel.is_open
        with pytest.raises(TimeoutError):
            step(channel)
        assert link.is_over


def test_signs_of_life_are_said_and_not_waited_for() -> None:
    link = Silent()
    _publish("celeryev")(PatientChannel(link, 1))
    assert len(link.sent) == 1
    assert not link.is_over


def test_each_address_of_rabbitmq_has_it() -> None:
    rabbitmq.install()
    assert type(Connection("amqp://h").transport) is PatientTransport
    assert type(Connection("amqps://h").transport) is PatientTlsTransport


def _publish(exchange: str) -> Callable[[PatientChannel], None]:
    def publish(channel: PatientChannel) -> None:
        message = channel.prepare_message(b"x")
        channel.basic_publish(message, exchange=exchange, routing_key="k")

    return publish
