"""Sending tasks to Celery by name; not at all while Redis is away: beat finds the work itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import structlog
from kombu.exceptions import OperationalError

from adapters.redis_link import RedisLink
from domain.task_names import TaskName

if TYPE_CHECKING:
    from celery import Celery

WAKE_KEY = "modwatch:wake"
WAKE_RESOLVER_KEY = "modwatch:wake-resolver"
# Events that come in within this time are materialised together.
DEBOUNCE_SECONDS = 0.5
# Should the task be lost with its worker, the next event may wake another after this time.
WAKE_EXPIRES_MS = 5_000
_log = structlog.get_logger()


class TaskQueue:
    def __init__(self, link: RedisLink) -> None:
        self._link = link

    @cached_property
    def _celery(self) -> Celery:
        from celery import Celery  # 10 MB that a process which sends nothing does not need

        return Celery(broker=broker_url(self._link.url or ""), set_as_current=False)

    def enqueue(self, name: TaskName, *args: object, countdown_seconds: float = 0) -> bool:
        """Whether the broker took the task."""
        if self._link.is_away:
            return False
        try:
            self._celery.send_task(
                name.value, args=args, countdown=countdown_seconds, retry=False, ignore_result=True
            )
        except OperationalError as error:
            _log.warning("task_not_sent", task=name.value, error=str(error))
            return False
        return True

    def wake_materialiser(self) -> None:
        """Have the dirty guilds materialised soon, once for all events of the next moment."""
        self._wake(WAKE_KEY, TaskName.MATERIALISE_DIRTY, DEBOUNCE_SECONDS)

    def materialiser_woke(self) -> None:
        """From here on new events need a new wake."""
        self._link.ask(lambda client: client.delete(WAKE_KEY))

    def wake_resolver(self, after_seconds: float = 0) -> None:
        """Have wanted users asked for after `after_seconds`; one task waits at a time."""
        self._wake(WAKE_RESOLVER_KEY, TaskName.RESOLVE_USERS, after_seconds)

    def resolver_woke(self) -> None:
        """From here on users that become wanted need a new wake."""
        self._link.ask(lambda client: client.delete(WAKE_RESOLVER_KEY))

    def _wake(self, key: str, name: TaskName, after_seconds: float) -> None:
        expires_ms = WAKE_EXPIRES_MS + int(after_seconds) * 1000
        if self._link.ask(lambda client: client.set(key, 1, nx=True, px=expires_ms)):
            self.enqueue(name, countdown_seconds=after_seconds)


def broker_url(redis_url: str) -> str:
    """Kombu's form of the address: a unix socket is `redis+socket://`."""
    return redis_url.replace("unix://", "redis+socket://", 1)
