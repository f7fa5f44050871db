"""Kombu's Redis transport, for Celery workers that are to outlive their broker.

When the link breaks, Celery closes it first and then gives back what it had in hand and
acknowledges what has been done meanwhile. Over a closed link kombu (5.7) answers both with an
AttributeError, which ends the worker, instead of the connection error that Celery is ready for.
"""

from __future__ import annotations

from typing import Any

import redis
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.redis import Channel, Transport


class LastingChannel(Channel):
    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise redis.ConnectionError("the link to the broker was closed")
        return super()._connparams(asynchronous)  # type: ignore[misc]


class LastingTransport(Transport):
    Channel = LastingChannel


def install() -> None:
    """Make it the transport of every `redis://` address in this process."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:{LastingTransport.__name__}"
