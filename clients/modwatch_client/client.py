"""The client: events go into the spool at once, and to the server from a thread of its own."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from modwatch_client import changes, checks, standing
from modwatch_client.backoff import RetryPolicy
from modwatch_client.changes import Carried, Change, Outcome
from modwatch_client.connection import connect
from modwatch_client.dead_letters import DeadLetter
from modwatch_client.errors import ClientClosed
from modwatch_client.events import Event, Snowflake
from modwatch_client.following import MakeNotices, follow
from modwatch_client.guild_config import GuildConfig, GuildConfigs
from modwatch_client.inheritance import Inheritance
from modwatch_client.message_counter import MessageCounter
from modwatch_client.notices import GuildIds, Notices
from modwatch_client.sender import MAXIMUM_EVENTS, Sender
from modwatch_client.spool import MAXIMUM_BYTES, Spool
from modwatch_client.spool_file import Entry, now_ms
from modwatch_client.spool_place import spool_path
from modwatch_client.standing import Standing
from modwatch_client.stats import FlushResult, Stats

VERSION = "0.1.0"
CONFIG_KINDS = ("config.update", "rules.update", "rules.delete")
LOOK_SECONDS = 0.2  # between two looks at whether another process has sent what we wait for
_log = logging.getLogger("modwatch")


class Client:
    """Sends events to the Modwatch at `url`, and loses none.

    `send` returns when the event is on disk; from there a thread sends it, as often as it takes.
    It lies beside `spool` in a file of this token, which several processes may share: one of them
    sends. May be used from any thread. Make it after a fork, not before. Raises SpoolError where
    the spool cannot be used, ValueError for an address or a token that cannot be right.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        spool: str | Path = "modwatch-spool.db",
        maximum_spool_bytes: int = MAXIMUM_BYTES,
        linger_seconds: float = 1.0,
        batch_events: int = MAXIMUM_EVENTS,
        count_window_seconds: float = 2.0,
        config_maximum_age_seconds: float = 60.0,
        timeout_seconds: float = 30.0,
        retry: RetryPolicy | None = None,
        on_rejected: Callable[[DeadLetter], object] | None = None,
    ) -> None:
        _refuse_senseless(url, token, batch_events)
        shared = Path(spool)
        self._spool = Spool(spool_path(shared, token), maximum_bytes=maximum_spool_bytes)
        self._config_http = connect(url, token, VERSION, timeout_seconds)
        self._configs = GuildConfigs(self._config_http, config_maximum_age_seconds)
        self._counter = MessageCounter(self._spool, count_window_seconds)
        http = connect(url, token, VERSION, timeout_seconds)
        self._inheritance = Inheritance(self._spool, shared, http)
        self._sender = Sender(
            self._spool,
            http,
            inheritance=self._inheritance,
            linger_seconds=linger_seconds,
            batch_events=batch_events,
            retry=retry or RetryPolicy(),
            on_rejected=on_rejected,
        )
        self._token, self._carried = token.strip(), Carried()
        self._closed = False
        self._counter.start()
        self._sender.start()
        atexit.register(self.close, 0.0)

    def send(self, *events: Event, slot: str | None = None, hold_seconds: float = 0.0) -> None:
        """Put events on disk, all or none; they reach the server whatever happens from here on.

        `slot` names what the event says: what still waits under that name is replaced.
        `hold_seconds` (at most 60) keeps it back so long, so that it can be. Raises SpoolFull or
        SpoolError where an event could not be kept, ClientClosed after `close`.
        """
        self.append(entries_of(events, slot, hold_seconds))

    def append(self, entries: Sequence[Entry]) -> None:
        """`send`, with what `entries_of` made of the events."""
        if entries:
            self._spool.append(entries)
            self._sender.wake()

    def withdraw(self, slot: str) -> bool:
        """Forget what waits in `slot`, say because another event tells it better.

        Whether anything did wait; what was sent already stays counted.
        """
        return self._spool.withdraw(slot)

    def count_message(self, guild_id: Snowflake, response_time_ms: float | None = None) -> None:
        """Count one message; quick, and never writes to disk itself.

        The counts of a guild and minute become one event. They are on disk within
        `count_window_seconds`, which is what a killed process loses of them.
        """
        if self._closed:
            raise ClientClosed("the client is closed")
        guild = checks.snowflake(guild_id)
        if response_time_ms is not None:
            response_time_ms = min(max(response_time_ms, 0), checks.HIGHEST_RESPONSE_TIME_MS)
        self._counter.add(guild, None if response_time_ms is None else round(response_time_ms))

    def flush(self, timeout: float = 30.0, *, held: bool = True) -> FlushResult:
        """Close the message counts of this minute, and wait until everything is with the server.

        A wait that the server asked for, or after failures, is not cut short. With `held=False`
        what is held back stays so, and may still be withdrawn or replaced.
        """
        deadline = time.monotonic() + timeout
        self._counter.write(close_all=True)
        inherits = not self._await_inheritance(deadline)
        last = self._spool.release() if held else self._spool.last()
        while (waits := self._spool.waits_until(last, held=held)) and time.monotonic() < deadline:
            self._sender.wake(hurry=True)
            with self._sender.settled:
                self._sender.settled.wait(min(LOOK_SECONDS, max(deadline - time.monotonic(), 0)))
        waiting = self._spool.waiting()[0] if waits else 0
        return FlushResult(not (waits or inherits), waiting, self._sender.progress.last_error)

    def close(self, timeout: float = 5.0) -> FlushResult:
        """Flush for at most `timeout` seconds, then stop; what is left is sent at the next start.

        Closing again does nothing. Raises SpoolError where last message counts cannot be written.
        """
        if self._closed:
            return FlushResult(True, 0, "closed before")
        self._closed = True
        atexit.unregister(self.close)
        deadline = time.monotonic() + timeout
        self._counter.stop()
        try:
            return self.flush(timeout)
        finally:
            self._sender.stop(max(deadline - time.monotonic(), 1.0))
            self._config_http.close()
            self._spool.close()

    def stats(self) -> Stats:
        waiting, waiting_bytes = self._spool.waiting()
        return Stats(
            **asdict(self._sender.progress),
            waiting=waiting,
            waiting_bytes=waiting_bytes,
            dead_letters=self._spool.dead_letters.number(),
            uncounted_messages=self._counter.buffered(),
            lost_messages=self._counter.lost,
        )

    def guild_config(self, guild_id: Snowflake) -> GuildConfig:
        """The guild's config and rules, as edited on the dashboard; at most a minute old.

        While the server is away it is the last one known; ConfigUnavailable where none is.
        """
        return self._configs.get(guild_id)

    def standing(self, guild_id: Snowflake, user_id: Snowflake) -> Standing:
        """A member's warning level as the server knows it. Raises StandingUnavailable.

        What still waits in the spool is not in it: `flush` before, where it matters.
        """
        return standing.ask(self._config_http, guild_id, user_id)

    def changes(self) -> list[Change]:
        """What people decided and this bot has not answered yet, oldest first, 100 at most.

        Raises ChangesUnavailable.
        """
        return changes.ask(self._config_http)

    def answer(self, change: Change, outcome: Outcome) -> None:
        """Say what became of a change. Raises ChangesUnavailable: then it comes again."""
        changes.answer(self._config_http, change, outcome)
        if change.kind in CONFIG_KINDS:
            self._configs.forget(change.guild_id)

    def carry_out(self, on_change: Callable[[Change], Outcome]) -> int:
        """Ask once, have `on_change` carry out what there is, and say its outcomes; how many.

        To be called every few seconds. What `on_change` raises is told as a failure. An outcome
        that did not arrive brings the same change again, so carrying out twice must be harmless.
        Raises ChangesUnavailable.
        """
        found = self.changes()
        for change in found:
            if (outcome := self._carried.get(change)) is None:
                try:
                    outcome = on_change(change)
                except Exception as error:
                    _log.exception("%s of guild %s failed", change.kind, change.guild_id)
                    outcome = changes.failure(error)
            self._carried.keep(change, outcome)
            self.answer(change, outcome)
            self._carried.forget(change)
        return len(found)

    def follow(
        self,
        on_change: Callable[[Change], Outcome],
        stop: threading.Event,
        *,
        poll_seconds: float = 10.0,
        guild_ids: GuildIds | None = None,
    ) -> None:
        """`carry_out` as soon as the server says that there is something, until `stop` is set.

        By WebSocket where `websockets` is installed, and every `poll_seconds` where it is not, or
        cannot be had. `guild_ids` gives the bot's servers; else they are those of the token, which
        one for all servers does not name.
        """
        follow(self._notices_for(guild_ids), lambda: self.carry_out(on_change), poll_seconds, stop)

    def _notices_for(self, guild_ids: GuildIds | None) -> MakeNotices:
        """For `follow`."""
        http = self._config_http
        ids = guild_ids or (lambda: changes.guild_ids(http))
        return lambda on_notice: Notices(http.base_url, self._token, ids, on_notice)

    def dead_letters(self) -> list[DeadLetter]:
        """The events the server refused, oldest first, each with the reason for each field."""
        return self._spool.dead_letters.all()

    def requeue_dead_letters(self) -> int:
        """Send them again, once what was wrong is mended (say, the token's guilds).

        Those of a token that was replaced come along; the server is asked for that, so this waits
        for it up to 30 s where there are any.
        """
        self._await_inheritance(time.monotonic() + 30.0)
        requeued = self._spool.dead_letters.requeue()
        self._sender.wake()
        return requeued

    def _await_inheritance(self, deadline: float) -> bool:
        """Whether what waited in spools of replaced tokens is here, by time.monotonic()."""
        looked = self._inheritance.looked
        while not looked.is_set() and (left := deadline - time.monotonic()) > 0:
            self._sender.wake(hurry=True)
            looked.wait(min(LOOK_SECONDS, left))
        return looked.is_set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def entries_of(
    events: Iterable[Event], slot: str | None = None, hold_seconds: float = 0.0
) -> list[Entry]:
    """Events as the spool keeps them."""
    due_ms = now_ms() + round(hold_seconds * 1000) if hold_seconds > 0 else 0
    return [
        Entry(str(one.guild_id), str(one.id), one.json(), slot or one.slot, due_ms)
        for one in events
    ]


def _refuse_senseless(url: str, token: str, batch_events: int) -> None:
    address = httpx.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise ValueError(f"the address of Modwatch must be http or https, not {url!r}")
    # The token itself is never said: it would end up in a log.
    if not token.isascii() or not token.isprintable() or not token.strip():
        raise ValueError("the token must be the text that `tokens create --kind bot` printed")
    if not 1 <= batch_events <= MAXIMUM_EVENTS:
        raise ValueError(f"batch_events must be from 1 to {MAXIMUM_EVENTS}")
