"""What a web process does beside answering: publishing, and hearing what changed.

Each is one loop that survives whatever goes wrong in it. They start with the first request, so that
commands and forking masters have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import Any

import msgspec
import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.redis_link import connect
from adapters.snapshot_cache import CHANNEL
from api.prefixes import Environ, WsgiApp
from services.materialise import mark_slid, materialise_dirty
from services.outbox import publish_outbox
from services.parts import Parts

PAUSE_SECONDS = 1.0
WRITE_DOWN_EVERY_SECONDS = 5.0
MATERIALISE_EVERY_SECONDS = 1.0
_log = structlog.get_logger()


class Background:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
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
        if self._parts.redis.is_configured:
            loops: tuple[Callable[[], None], ...] = (self._publish, self._listen, self._write_down)
        else:
            loops = (self._materialise, self._write_down)
        for loop in loops:
            Thread(target=self._for_ever, args=(loop,), daemon=True, name=loop.__name__).start()

    def _for_ever(self, loop: Callable[[], None]) -> None:
        while not self._parts.closed.is_set():
            try:
                loop()
            except (SQLAlchemyError, redis.RedisError) as error:
                _log.warning("background_loop_failed", loop=loop.__name__, error=str(error))
                self._parts.closed.wait(PAUSE_SECONDS)

    def _publish(self) -> None:
        """Publish when events were committed here; workers sweep what anybody left behind."""
        wake = self._parts.wake_publisher
        wake.wait()
        wake.clear()
        publish_outbox(self._parts.database, self._parts.stream, self._parts.values)

    def _listen(self) -> None:
        """Drop from the process cache what was materialised anew."""
        client = connect(self._parts.redis.url or "", socket_timeout=None)
        with client.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(CHANNEL)
            for message in channel.listen():
                if message["type"] == "subscribe":
                    # Whatever was announced while nobody listened is unknown.
                    self._parts.snapshots.forget_all()
                elif message["type"] == "message":
                    guild_ids = msgspec.json.decode(message["data"], type=list[int])
                    self._parts.snapshots.forget(guild_ids)

    def _write_down(self) -> None:
        """Who read what, every few seconds."""
        self._parts.closed.wait(WRITE_DOWN_EVERY_SECONDS)
        self._parts.reads.flush(self._parts.database)

    def _materialise(self) -> None:
        """Without Redis there are no workers: this process makes the snapshots itself."""
        parts = self._parts
        mark_slid(parts.database, parts.clock())
        if materialise_dirty(parts.database, parts.cache, parts.clock):
            parts.snapshots.forget_all()
        parts.closed.wait(MATERIALISE_EVERY_SECONDS)
