"""What a web process does beside answering: publishing, and hearing what changed.

Each is one loop that survives whatever goes wrong in it. They start with the first request, so that
commands and forking masters have none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import Any

import msgspec
import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.event_stream import StreamAwayError
from adapters.live_limit import SAY_EVERY_SECONDS
from adapters.redis_link import connect
from adapters.snapshot_cache import CHANNEL
from api.live_hub import LiveHub
from api.prefixes import Environ, WsgiApp
from domain.task_names import TaskName
from services.materialise import mark_slid, materialise_dirty
from services.outbox import publish_outbox
from services.parts import Parts
from services.user_resolver import resolve_users, write_down_wanted

PAUSE_SECONDS = 1.0
WRITE_DOWN_EVERY_SECONDS = 5.0
RESOLVE_EVERY_SECONDS = 5.0
MATERIALISE_EVERY_SECONDS = 1.0
PUBLISHER_BUSY_SECONDS = 0.02
WAKER_RESTS_SECONDS = 0.03
# How long the publisher rests, in times of what it took; not longer than nobody notices.
PUBLISHER_RESTS, PUBLISHER_RESTS_SECONDS = 2.0, 0.03
CHECK_ROLES_EVERY_SECONDS = 1.0
PING_LOOK_SECONDS = 1.0
# How long a wait for news lasts before the listener looks whether it is to end.
LISTEN_SECONDS = 5.0
# What happens when a server is away: worth a line, but no stack trace.
EXPECTED = (SQLAlchemyError, redis.RedisError, StreamAwayError)
_log = structlog.get_logger()


class Background:
    def __init__(self, parts: Parts, hub: LiveHub) -> None:
        self._parts, self._hub = parts, hub
        self._started = False
        self._lock = Lock()

    def wrap(self, app: WsgiApp) -> WsgiApp:
        def started(environ: Environ, start_response: Any) -> Iterable[bytes]:
            if not self._started:
                self._start()
            return app(environ, start_response)

        return started

    def _start(self) -> None:
        with self._lock:
            if self._started:
                return
            self._started = True
        loops: list[Callable[[], None]] = [
            self._publish,
            self._relay,
            self._ping,
            self._check_roles,
            self._write_down,
        ]
        if self._parts.redis.is_configured:
            loops += [self._listen, self._say_alive, self._wake]
        else:
            loops += [self._materialise, self._resolve]
        for loop in loops:
            Thread(target=self._for_ever, args=(loop,), daemon=True, name=loop.__name__).start()

    def _for_ever(self, loop: Callable[[], None]) -> None:
        while not self._parts.closed.is_set():
            try:
                loop()
            except Exception as error:
                # Whatever it was: a loop that ended would be missed by nobody until much later.
                expected = isinstance(error, EXPECTED)
                cause = None if expected else error
                _log.warning(
                    "background_loop_failed", loop=loop.__name__, error=str(error), exc_info=cause
                )
                self._parts.closed.wait(PAUSE_SECONDS)

    def _publish(self) -> None:
        """Publish when events were committed here; workers sweep what anybody left behind."""
        parts = self._parts
        parts.wake_publisher.wait()
        parts.wake_publisher.clear()
        started = time.monotonic()
        while not parts.closed.is_set():
            if publish_outbox(parts.database, parts.stream, parts.values) is not None:
                # Under load the more go out together, and the requests have their turn.
                took = time.monotonic() - started
                parts.closed.wait(min(PUBLISHER_RESTS * took, PUBLISHER_RESTS_SECONDS))
                return
            if parts.redis.is_away:
                return  # the sweep publishes when Redis is back
            parts.closed.wait(PUBLISHER_BUSY_SECONDS)

    def _wake(self) -> None:
        """Have what was committed here materialised soon: one wake for all of a moment."""
        self._parts.wake_materialiser.wait()
        self._parts.wake_materialiser.clear()
        self._parts.queue.wake_materialiser()
        self._parts.closed.wait(WAKER_RESTS_SECONDS)

    def _relay(self) -> None:
        """Hand live events to the open sockets; without them the sockets have to come back."""
        hub = self._hub
        try:
            for event in self._parts.stream.listen():
                if event is None:
                    hub.is_open = True
                    hub.relay.heard()
                else:
                    hub.relay.deliver(event)
        finally:
            # Whatever ended it: events that come before we listen again are missed.
            hub.away()

    def _ping(self) -> None:
        self._parts.closed.wait(PING_LOOK_SECONDS)
        self._hub.ping()

    def _say_alive(self) -> None:
        self._parts.closed.wait(SAY_EVERY_SECONDS)
        self._hub.limit.say_alive()

    def _check_roles(self) -> None:
        """What `access` knows of a caller is at most 4 s old; sockets are held to it as well."""
        self._parts.closed.wait(CHECK_ROLES_EVERY_SECONDS)
        self._hub.check_roles()

    def _listen(self) -> None:
        """Drop from the process cache what was materialised anew."""
        client = connect(self._parts.redis.url or "", socket_timeout=None)
        with client.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(CHANNEL)
            while not self._parts.closed.is_set():
                message = channel.get_message(timeout=LISTEN_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    # Whatever was announced while nobody listened is unknown.
                    self._parts.snapshots.forget_all()
                    self._catch_up()
                elif message["type"] == "message":
                    guild_ids = msgspec.json.decode(message["data"], type=list[int])
                    self._parts.snapshots.forget(guild_ids)

    def _catch_up(self) -> None:
        """Redis is there, maybe again: what had to wait for it need not wait for beat as well."""
        if self._parts.redis.ping():
            self._parts.wake_publisher.set()
            self._parts.queue.enqueue(TaskName.SWEEP)

    def _write_down(self) -> None:
        """Who read what, every few seconds."""
        self._parts.closed.wait(WRITE_DOWN_EVERY_SECONDS)
        self._parts.reads.flush(self._parts.database)
        write_down_wanted(self._parts)

    def _materialise(self) -> None:
        """Without Redis there are no workers: this process makes the snapshots itself."""
        parts = self._parts
        mark_slid(parts.database, parts.clock())
        if materialise_dirty(parts.database, parts.cache, parts.clock):
            parts.snapshots.forget_all()
            parts.wake_publisher.set()
        parts.closed.wait(MATERIALISE_EVERY_SECONDS)

    def _resolve(self) -> None:
        """And finds out the names of users."""
        self._parts.closed.wait(RESOLVE_EVERY_SECONDS)
        while not self._parts.closed.is_set() and resolve_users(self._parts):
            pass
