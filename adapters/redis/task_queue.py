"""Sending tasks to Celery by name; not at all while Redis is away: beat finds the work itself."""

from __future__ import annotations

import structlog

from adapters.broker import ERRORS, Broker
from adapters.redis.link import RedisLink, RedisTroubleError
from adapters.telemetry.seldom import REDIS_AWAY, say_seldom
from domain.task_names import TaskName, queue_of

WAKE_KEY = "modwatch:wake"
WAKE_RESOLVER_KEY = "modwatch:wake-resolver"
WAKE_DELIVERIES_KEY = "modwatch:wake-deliveries"
WAKE_LONG_WORK_KEY = "modwatch:wake-long-work"
# Events that come in within this time are materialised together.
DEBOUNCE_SECONDS = 0.5
# Should the task be lost with its worker, the next event may wake another after this time.
WAKE_EXPIRES_MS = 5_000
_log = structlog.get_logger()


class TaskQueue:
    """`broker`: by default the Redis of `link`."""

    def __init__(self, link: RedisLink, broker: Broker | None = None) -> None:
        self._link = link
        self.broker = broker or Broker(link.url, link)

    def enqueue(self, name: TaskName, *args: object, countdown_seconds: float = 0) -> bool:
        """Whether the broker took the task."""
        if self.broker.is_away:
            return False
        try:
            self.broker.send(
                name.value, args=args, countdown=countdown_seconds, queue=queue_of(name)
            )
        except ERRORS as error:
            words = {"task": name.value, "error": str(error)}
            say_seldom(_log.warning, "task_not_sent", same=REDIS_AWAY, **words)
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

    def wake_deliveries(self) -> None:
        """Have what is due sent now."""
        self._wake(WAKE_DELIVERIES_KEY, TaskName.DELIVER, 0)

    def deliveries_woke(self) -> None:
        """From here on deliveries that are written need a new wake."""
        self._link.ask(lambda client: client.delete(WAKE_DELIVERIES_KEY))

    def wake_long_work(self) -> None:
        """Have a process look for long work that is due."""
        self.enqueue(TaskName.LONG_WORK)

    def look_for_long_work_again(self, after_seconds: float) -> None:
        """Have it looked for after `after_seconds`, too: of several who ask, about once.

        Whoever looks then may ask anew: by that time what this one said has expired.
        """
        expires_ms = int(after_seconds * 500)
        self._wake(WAKE_LONG_WORK_KEY, TaskName.LONG_WORK, after_seconds, expires_ms)

    def _wake(
        self, key: str, name: TaskName, after_seconds: float, expires_ms: int | None = None
    ) -> None:
        lost_ms = WAKE_EXPIRES_MS + int(after_seconds) * 1000
        try:
            is_first = self._link.claim(key, "1", expires_ms or lost_ms)
        except RedisTroubleError:
            return
        if is_first:
            self.enqueue(name, countdown_seconds=after_seconds)
