"""The broker that tasks go through: Redis, unless MODWATCH_BROKER_URL names another or RabbitMQ."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import redis
from amqp.exceptions import AMQPError
from kombu.exceptions import OperationalError

from adapters import rabbitmq
from adapters.process.time_limit import within
from adapters.redis.address import KEPT_ALIVE, is_amqp, sentinels_of
from adapters.redis.link import AWAY_SECONDS, RedisLink, RedisTroubleError
from domain.task_names import QUEUES

if TYPE_CHECKING:
    from celery import Celery

ERRORS = (OperationalError, redis.RedisError, AMQPError, OSError)
CONNECT_SECONDS = 2
# Who asks how we are gives up after two. Redis has as long.
PROBE_SECONDS = 1.0
# Nobody reads from it: RabbitMQ says that it has the message, and drops it.
PROBE_KEY = "modwatch.probe"
# How soon a task that a killed worker had counts as lost. RabbitMQ knows at once.
REDELIVERED_AFTER_SECONDS = 60
# Once more, since a link that rested may have been cut meanwhile.
_ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class BrokerAwayError(Exception):
    """It does not answer, or takes nothing; the text says which."""


class Broker:
    """The broker at `address` (as settings have it); `link` is the one to the Redis we use."""

    def __init__(self, address: str | None, link: RedisLink) -> None:
        self.address = address
        self._away_until = 0.0
        self.link: RedisLink | None = link
        if is_amqp(address):
            self.link = None
        elif address != link.url:
            self.link = RedisLink(address)

    @property
    def is_away(self) -> bool:
        """Whether it is known that there is no use in trying."""
        if self.link is not None:
            return self.link.is_away
        return self.address is None or time.monotonic() < self._away_until

    @cached_property
    def celery(self) -> Celery:
        from celery import Celery  # 10 MB that a process which sends nothing does not need

        rabbitmq.install()
        app = Celery(broker=broker_url(self.address or ""), set_as_current=False)
        app.conf.broker_transport_options = transport_options(self.address or "")
        app.conf.broker_use_ssl = tls_options(self.address or "")
        app.conf.broker_connection_timeout = CONNECT_SECONDS
        return app

    def send(self, name: str, **options: Any) -> None:
        """Raises one of ERRORS."""
        again = {"retry": True, "retry_policy": _ONCE_MORE} if self.link is None else {}
        try:
            sent = {"retry": False, "ignore_result": True} | options | again
            self.celery.send_task(name, **sent)
        except ERRORS:
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise

    def probe(self) -> None:
        """Raises BrokerAwayError unless it answers now."""
        try:
            if self.link is not None:
                self.link.probe()
            else:
                within(PROBE_SECONDS, partial(_probe, self.celery))
        except (RedisTroubleError, *ERRORS) as error:
            raise BrokerAwayError(str(error) or "timed out") from None

    def lengths(self) -> dict[str, int]:
        """How many tasks wait, by queue; empty where that is not known."""
        if self.link is not None:
            found = self.link.ask(lambda client: [client.llen(queue) for queue in QUEUES])
            return {} if found is None else dict(zip(QUEUES, found, strict=True))
        try:
            return within(PROBE_SECONDS, partial(_lengths, self.celery))
        except ERRORS:
            return {}

    def standing(self) -> tuple[bool, dict[str, int]]:
        """Whether it takes tasks now, and `lengths`."""
        if self.link is not None:
            return self._takes_tasks(), self.lengths()
        # One that is full says them and takes no task; one that does not even say them is not
        # waited for a second time.
        lengths = self.lengths()
        return bool(lengths) and self._takes_tasks(), lengths

    def _takes_tasks(self) -> bool:
        try:
            self.probe()
        except BrokerAwayError:
            return False
        return True


def broker_url(address: str) -> str:
    """Kombu's form: a unix socket is `redis+socket://`, and Sentinels are a list."""
    if address.startswith("rediss://") and "ssl_cert_reqs=" not in address:
        # Left to itself kombu would believe every certificate.
        return f"{address}{'&' if '?' in address else '?'}ssl_cert_reqs=required"
    if (sentinels := sentinels_of(address)) is None:
        return address.replace("unix://", "redis+socket://", 1)
    # What the server wants is said with each: any of them may be the first to answer.
    user, password = (quote(one or "", safe="") for one in (sentinels.username, sentinels.password))
    login = f"{user}:{password}@" if password else ""
    return ";".join(
        f"sentinel://{login}{_bracketed(host)}:{port}/{sentinels.database}"
        for host, port in sentinels.hosts
    )


def transport_options(address: str) -> dict[str, Any]:
    """What kombu's transport for the address is to be told."""
    if is_amqp(address):
        return {"confirm_publish": True}
    options: dict[str, Any] = {
        # Both are needed for a lost task to come back soon: the first says when it counts as
        # lost, the others how often that is looked at.
        "visibility_timeout": REDELIVERED_AFTER_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 5,
    }
    if not address.startswith("unix://"):
        options |= {"socket_keepalive": True, "socket_keepalive_options": KEPT_ALIVE}
    if (sentinels := sentinels_of(address)) is not None:
        options |= {
            "master_name": sentinels.service,
            "sentinel_kwargs": sentinels.own_options,
            "socket_connect_timeout": CONNECT_SECONDS,
        }
    return options


def tls_options(address: str) -> dict[str, Any] | None:
    """How kombu is to check certificates, where its own form of the address does not say it."""
    sentinels = sentinels_of(address)
    return (sentinels.tls_options or None) if sentinels is not None else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def _connected(celery: Celery) -> Iterator[Any]:
    """To RabbitMQ, at once or not at all."""
    with celery.connection_for_write() as connection:
        connection.connect_timeout = PROBE_SECONDS
        yield connection.ensure_connection(max_retries=0)


def _probe(celery: Celery) -> None:
    """One that is full confirms it, and says nothing from then on: not even goodbye."""
    with _connected(celery) as connection, connection.channel() as channel:
        message = channel.prepare_message(b"", content_encoding="binary")
        channel.basic_publish(message, routing_key=PROBE_KEY, confirm_timeout=PROBE_SECONDS)


def _lengths(celery: Celery) -> dict[str, int]:
    with _connected(celery) as connection:
        return {queue: _length(connection, queue) for queue in QUEUES}


def _length(connection: Any, queue: str) -> int:
    """0 where nothing was ever sent to it."""
    with connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except connection.channel_errors:
            return 0
