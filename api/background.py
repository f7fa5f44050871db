"""What a web process does beside answering: publishing, and hearing what changed.

Each is one loop that survives whatever goes wrong in it. They start with the first request, so that
commands and forking masters have none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import Any

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.redis.address import connect
from adapters.redis.event_stream import StreamAwayError
from adapters.redis.live_limit import SAY_EVERY_SECONDS
from adapters.redis.rate_counts import SHARE_EVERY_SECONDS
from adapters.redis.snapshot_cache import CHANNEL, FORMER_PATTERN, Announced, announced
from adapters.telemetry.seldom import REDIS_AWAY, say_seldom
from api.http.prefixes import Environ, WsgiApp
from api.live.hub import LiveHub
from domain.task_names import TaskName
from models.alerts.looks import note_listening
from services.backups.keeper import ask_due
from services.container import Parts
from services.live.outbox import publish_outbox
from services.operations.upkeep import prune, sweep_alone
from services.reports.tick import tick
from services.snapshots.materialise import mark_slid
from services.work.start import start_due

PAUSE_SECONDS = 1.0
WRITE_DOWN_EVERY_SECONDS = 5.0
RESOLVE_EVERY_SECONDS = 5.0
PRUNE_EVERY_SECONDS = 600.0
LONG_WORK_EVERY_SECONDS = 5.0
MATERIALISE_EVERY_SECONDS = 1.0
NOTE_LISTENING_EVERY_SECONDS = 20.0
SWEEP_EVERY_SECONDS = 30.0
TICK_REPORTS_EVERY_SECONDS = 30.0
PUBLISHER_BUSY_SECONDS = 0.02
WAKER_RESTS_SECONDS = 0.03
# How long the publisher rests, in times of what it took; not longer than nobody notices.
PUBLISHER_RESTS, PUBLISHER_RESTS_SECONDS = 2.0, 0.03
CHECK_ROLES_EVERY_SECONDS = 1.0
PING_LOOK_SECONDS = 1.0
# How long a wait for news lasts before the listener looks whether it is to end.
LISTEN_SECONDS = 5.0
# What happens when a server is away: worth a line, but no stack trace.
OF_REDIS = (redis.RedisError, StreamAwayError)
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
        self._parts.database.serve_requests()
        for loop in self._loops():
            Thread(target=self._for_ever, args=(loop,), daemon=True, name=loop.__name__).start()

    def _loops(self) -> list[Callable[[], None]]:
        loops = [
            self._publish,
            self._relay,
            self._ping,
            self._check_roles,
            self._write_down,
            self._note_listening,
        ]
        if self._parts.redis.is_configured:
            return [*loops, self._listen, self._say_alive, self._wake, self._share_counts]
        return [
            *loops,
            self._materialise,
            self._resolve,
            self._prune,
            self._sweep,
            self._start_long_work,
            self._tick_reports,
        ]

    def _for_ever(self, loop: Callable[[], None]) -> None:
        while not self._parts.closed.is_set():
            try:
                loop()
            except Exception as error:
                if self._parts.closed.is_set():
                    return  # what it used is gone, and that is no news
                # Whatever it was: a loop that ended would be missed by nobody until much later.
                _tell(loop.__name__, error)
                self._parts.closed.wait(PAUSE_SECONDS)

    def _publish(self) -> None:
        """Publish when events were committed here; workers sweep what anybody left behind."""
        parts = self._parts
        parts.wake_publisher.wait()
        parts.wake_publisher.clear()
        started = time.monotonic()
        while not parts.closed.is_set():
            if publish_outbox(parts.database, parts.stream, parts.values, parts.clock) is not None:
                # Under load the more go out together, and the requests have their turn.
                took = time.monotonic() - started
                parts.closed.wait(min(PUBLISHER_RESTS * took, PUBLISHER_RESTS_SECONDS))
                return
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
        """And says of which guilds somebody has a page open, as reads do of whom they read."""
        self._parts.closed.wait(PING_LOOK_SECONDS)
        self._hub.ping()
        self._parts.looks.note_all(self._hub.looked_at())

    def _say_alive(self) -> None:
        self._parts.closed.wait(SAY_EVERY_SECONDS)
        self._hub.limit.say_alive()

    def _share_counts(self) -> None:
        self._parts.closed.wait(SHARE_EVERY_SECONDS)
        self._parts.rate_counts.share()

    def _check_roles(self) -> None:
        """What `access` knows of a caller is at most 4 s old; sockets are held to it as well."""
        self._parts.closed.wait(CHECK_ROLES_EVERY_SECONDS)
        self._hub.check_roles()

    def _listen(self) -> None:
        """Drop from the process cache what was materialised anew."""
        client = connect(self._parts.redis.url or "", socket_timeout=None)
        with client.pubsub() as channel:  # type: ignore[no-untyped-call]
            channel.psubscribe(FORMER_PATTERN)
            channel.subscribe(CHANNEL)
            while not self._parts.closed.is_set():
                message = channel.get_message(timeout=LISTEN_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    # Whatever was announced while nobody listened is unknown.
                    self._parts.snapshots.forget_all()
                    self._catch_up()
                elif message["type"] in ("message", "pmessage"):
                    self._forget(announced(message["data"]))

    def _forget(self, news: Announced) -> None:
        if news.guild_ids is None:
            self._parts.snapshots.forget_all()
            return
        if news.by_former:
            self._parts.cache.drop(news.guild_ids)
        self._parts.snapshots.forget(news.guild_ids)

    def _catch_up(self) -> None:
        """Redis is there, maybe again: what had to wait for it need not wait for beat as well."""
        if self._parts.redis.ping():
            self._parts.wake_publisher.set()
            self._parts.queue.enqueue(TaskName.SWEEP)

    def _write_down(self) -> None:
        """Who read what, every few seconds and at the end; and which names were lacking.

        Those are of the process, which may go on with other parts: at the end they stay for these.
        """
        is_over = self._parts.closed.wait(WRITE_DOWN_EVERY_SECONDS)
        self._parts.reads.flush(self._parts.database)
        if not is_over:
            self._parts.resolver.write_down_wanted()

    def _materialise(self) -> None:
        """Without Redis there are no workers: this process makes the snapshots itself."""
        parts = self._parts
        mark_slid(parts.database, parts.clock())
        if parts.materialise():
            parts.snapshots.forget_all()
            parts.wake_publisher.set()
        parts.closed.wait(MATERIALISE_EVERY_SECONDS)

    def _note_listening(self) -> None:
        """Events can reach us now: no bot is called silent for a time in which they could not."""
        with self._parts.database.write() as connection:
            note_listening(connection, self._parts.clock())
        self._parts.closed.wait(NOTE_LISTENING_EVERY_SECONDS)

    def _sweep(self) -> None:
        """Without Redis there is no beat: this process sees what time alone makes due."""
        sweep_alone(self._parts)
        self._parts.closed.wait(SWEEP_EVERY_SECONDS)

    def _start_long_work(self) -> None:
        """And starts processes for long work."""
        self._parts.closed.wait(LONG_WORK_EVERY_SECONDS)
        ask_due(self._parts)
        start_due(self._parts)
        # What these processes queued only this one can publish: it has the sockets.
        self._parts.wake_publisher.set()

    def _tick_reports(self) -> None:
        """And enters the runs of scheduled reports."""
        tick(self._parts)
        self._parts.closed.wait(TICK_REPORTS_EVERY_SECONDS)

    def _prune(self) -> None:
        """And deletes what is over."""
        if not self._parts.closed.wait(PRUNE_EVERY_SECONDS):
            prune(self._parts)

    def _resolve(self) -> None:
        """And finds out the names of users."""
        self._parts.closed.wait(RESOLVE_EVERY_SECONDS)
        while not self._parts.closed.is_set() and self._parts.resolver.resolve():
            pass


def _tell(loop: str, error: Exception) -> None:
    """A server that is away is told once a minute and without its stack; all else as it comes."""
    is_expected = isinstance(error, (SQLAlchemyError, *OF_REDIS))
    what = REDIS_AWAY if isinstance(error, OF_REDIS) else f"{loop}: {type(error).__name__}"
    words = {"loop": loop, "error": str(error)}
    if is_expected:
        say_seldom(_log.warning, "background_loop_failed", same=what, **words)
    else:
        _log.warning("background_loop_failed", exc_info=error, **words)
