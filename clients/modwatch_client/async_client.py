"""The client for asyncio: the same, with nothing that blocks the event loop.

A spool on disk needs a thread anyway, so the thread of `Client` does the sending here too: it goes
on while the bot's event loop is busy, and there is one way of sending to be right about.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from modwatch_client.backoff import RetryPolicy
from modwatch_client.changes import Carried, Change, Outcome, failure
from modwatch_client.client import Client, entries_of
from modwatch_client.dead_letters import DeadLetter
from modwatch_client.errors import ClientClosed, SpoolFull
from modwatch_client.events import Event, Snowflake
from modwatch_client.following import follow_async
from modwatch_client.guild_config import GuildConfig
from modwatch_client.notices import GuildIds
from modwatch_client.sender import MAXIMUM_EVENTS
from modwatch_client.spool import MAXIMUM_BYTES
from modwatch_client.spool_file import Entry
from modwatch_client.standing import Standing
from modwatch_client.stats import FlushResult, Stats

_log = logging.getLogger("modwatch")
MOST_PENDING = 10_000  # calls that wait for a disk that does not keep up


class AsyncClient:
    """`Client` for asyncio; see there for what each argument and method means."""

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
        """`on_rejected` is called from the client's thread."""
        self._client = Client(
            url,
            token,
            spool=spool,
            maximum_spool_bytes=maximum_spool_bytes,
            linger_seconds=linger_seconds,
            batch_events=batch_events,
            count_window_seconds=count_window_seconds,
            config_maximum_age_seconds=config_maximum_age_seconds,
            timeout_seconds=timeout_seconds,
            retry=retry,
            on_rejected=on_rejected,
        )
        self._pending: list[tuple[list[Entry], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._carried = Carried()
        self._closed = False

    async def send(
        self, *events: Event, slot: str | None = None, hold_seconds: float = 0.0
    ) -> None:
        """Put events on disk, all or none. Cancelling the wait does not take them back."""
        if self._closed:
            raise ClientClosed("the client is closed")
        if len(self._pending) >= MOST_PENDING:
            raise SpoolFull(f"{MOST_PENDING} calls wait for the disk")
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((entries_of(events, slot, hold_seconds), written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_pending())
        await asyncio.shield(written)

    async def withdraw(self, slot: str) -> bool:
        return await asyncio.to_thread(self._client.withdraw, slot)

    def count_message(self, guild_id: Snowflake, response_time_ms: float | None = None) -> None:
        """Count one message; does not wait for anything, so there is nothing to await."""
        self._client.count_message(guild_id, response_time_ms)

    async def flush(self, timeout: float = 30.0, *, held: bool = True) -> FlushResult:
        return await asyncio.to_thread(self._client.flush, timeout, held=held)

    async def close(self, timeout: float = 5.0) -> FlushResult:
        self._closed = True
        if self._writing is not None:
            await self._writing
        return await asyncio.to_thread(self._client.close, timeout)

    async def stats(self) -> Stats:
        return await asyncio.to_thread(self._client.stats)

    async def guild_config(self, guild_id: Snowflake) -> GuildConfig:
        return await asyncio.to_thread(self._client.guild_config, guild_id)

    async def standing(self, guild_id: Snowflake, user_id: Snowflake) -> Standing:
        return await asyncio.to_thread(self._client.standing, guild_id, user_id)

    async def changes(self) -> list[Change]:
        return await asyncio.to_thread(self._client.changes)

    async def answer(self, change: Change, outcome: Outcome) -> None:
        await asyncio.to_thread(self._client.answer, change, outcome)

    async def carry_out(self, on_change: Callable[[Change], Awaitable[Outcome]]) -> int:
        """As of `Client`; `on_change` runs in the event loop."""
        found = await self.changes()
        for change in found:
            if (outcome := self._carried.get(change)) is None:
                try:
                    outcome = await on_change(change)
                except Exception as error:
                    _log.exception("%s of guild %s failed", change.kind, change.guild_id)
                    outcome = failure(error)
            self._carried.keep(change, outcome)
            await self.answer(change, outcome)
            self._carried.forget(change)
        return len(found)

    async def follow(
        self,
        on_change: Callable[[Change], Awaitable[Outcome]],
        *,
        poll_seconds: float = 10.0,
        guild_ids: GuildIds | None = None,
    ) -> None:
        """As of `Client`, until it is cancelled; `guild_ids` is called from another thread."""
        make = self._client._notices_for(guild_ids)
        await follow_async(make, lambda: self.carry_out(on_change), poll_seconds)

    async def dead_letters(self) -> list[DeadLetter]:
        return await asyncio.to_thread(self._client.dead_letters)

    async def requeue_dead_letters(self) -> int:
        return await asyncio.to_thread(self._client.requeue_dead_letters)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _write_pending(self) -> None:
        """All that came while the disk was busy is written in one go: one wait for all of it."""
        while self._pending:
            batch, self._pending = self._pending, []
            entries = [entry for made, _ in batch for entry in made]
            try:
                await asyncio.to_thread(self._client.append, entries)
            except Exception as error:
                for _, written in batch:
                    written.set_exception(error)
                    written.exception()  # known to be seen, also where nobody waits any more
            else:
                for _, written in batch:
                    written.set_result(None)
