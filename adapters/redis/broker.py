"""Kombu's Redis transport, for Celery workers that are to outlive their broker.

When the link breaks, Celery closes it first and then gives back what it had in hand and
acknowledges what has been done meanwhile. Over a closed link kombu (5.7) answers both with an
AttributeError, which ends the worker, instead of the connection error that Celery is ready for.

A server that answers with an error (it is full, or a replica since a failover) is as good as none:
kombu takes that for an error of the channel, on which a worker ends as well. A task that cannot be
acknowledged meanwhile stays counted as in hand, and a worker that has one at a time takes no more.
"""

from __future__ import annotations

from typing import Any

import redis
from celery.worker import heartbeat
from celery.worker.consumer import Gossip, Mingle
from celery.worker.heartbeat import Heart
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.transport.redis import (
    Channel,
    QoS,
    SentinelChannel,
    SentinelTransport,
    Transport,
)


class LastingQoS(QoS):
    """Lets go of a task whose end the broker does not take: it gives it out again by itself."""

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except redis.RedisError:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        except redis.RedisError:
            virtual.QoS.ack(self, delivery_tag)
            raise


class _Lasting:
    QoS = LastingQoS
    connection: Any

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise redis.ConnectionError("the link to the broker was closed")
        return super()._connparams(asynchronous)  # type: ignore[misc]


class LastingChannel(_Lasting, Channel):  # type: ignore[misc]
    pass


class LastingSentinelChannel(_Lasting, SentinelChannel):  # type: ignore[misc]
    pass


class LastingTransport(Transport):
    Channel = LastingChannel
    connection_errors = (*Transport.connection_errors, redis.RedisError)


class LastingSentinelTransport(SentinelTransport):
    Channel = LastingSentinelChannel
    connection_errors = (*SentinelTransport.connection_errors, redis.RedisError)


class PatientHeart(Heart):
    """Says that the worker lives, once each time.

    Celery's own tries for ever while the broker is away, without a word and deaf to SIGTERM; what
    finds that out is to be whoever reads from it, who says so and goes on ending when told to.
    """

    def _send(self, event: str, retry: bool = False) -> Any:
        return super()._send(event, retry=False)  # type: ignore[misc]


def install() -> None:
    """Make these the transports of every address of Redis in this process."""
    heartbeat.Heart = PatientHeart  # type: ignore[misc]
    # Workers have nothing to tell each other, and their hello is tried for ever like the above.
    for step in (Mingle, Gossip):
        step.compatible_transports = set()
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{LastingTransport.__name__}"
    TRANSPORT_ALIASES["sentinel"] = f"{__name__}:{LastingSentinelTransport.__name__}"
