"""Kombu's transport for RabbitMQ, for processes that are to outlive their broker.

One that takes connections and says nothing (it is frozen, or takes nothing since its memory or
disk is full) is waited for without end by py-amqp: for the word that it has a task, even at
goodbye. Here every wait ends, and counts as a link that broke.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, pyamqp

# A disk that is slow to write a task down takes less.
ANSWER_SECONDS = 3.0
# Where Celery's workers say that they live.
EVENTS = "celeryev"


class PatientChannel(pyamqp.Channel):
    connection: Any
    _basic_publish: Any

    def wait(
        self,
        method: Any,
        callback: Any = None,
        timeout: float | None = None,
        returns_tuple: bool = False,
    ) -> Any:
        connection = self.connection
        try:
            return super().wait(method, callback, timeout or ANSWER_SECONDS, returns_tuple)
        except TimeoutError:
            # Nor is its goodbye waited for.
            connection.collect()
            raise

    def basic_publish_confirm(self, msg: Any, exchange: str = "", **options: Any) -> Any:
        """Signs of life are not waited for: they are said again before long."""
        if exchange == EVENTS:
            options.pop("confirm_timeout", None)
            return self._basic_publish(msg, exchange, **options)
        return super().basic_publish_confirm(msg, exchange, **options)


class PatientConnection(pyamqp.Connection):
    Channel = PatientChannel

    def wait(
        self,
        method: Any,
        callback: Any = None,
        timeout: float | None = None,
        returns_tuple: bool = False,
    ) -> Any:
        """Its own goodbye."""
        return super().wait(method, callback, timeout or ANSWER_SECONDS, returns_tuple)


class PatientTransport(pyamqp.Transport):
    Connection = PatientConnection


class PatientTlsTransport(pyamqp.SSLTransport):
    Connection = PatientConnection


def install() -> None:
    """Make these the transports of every address of RabbitMQ in this process."""
    TRANSPORT_ALIASES["amqp"] = f"{__name__}:{PatientTransport.__name__}"
    TRANSPORT_ALIASES["amqps"] = f"{__name__}:{PatientTlsTransport.__name__}"
