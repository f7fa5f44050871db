"""Hundreds of WebSockets in one thread that come back whatever ends them, as a client should."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

RETRY_SECONDS = 0.3
OPENING_AT_ONCE = 20


@dataclass(slots=True)
class Watcher:
    """What one client got of its guild: offsets in order, over all its connections."""

    guild_id: int
    since: str | None = None
    begun: int = -1
    offsets: list[int] = field(default_factory=list)
    # What ended its connections, or kept it from having one.
    seen: Counter[str] = field(default_factory=Counter)
    is_subscribed: bool = False
    connections: int = 0
    unrecovered: int = 0


class Watchers:
    """`address` gives a socket's address, once good, for the watcher at a place."""

    def __init__(self, guild_ids: list[int], address: Callable[[int], str]) -> None:
        self.all = [Watcher(guild_id) for guild_id in guild_ids]
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def are_subscribed(self) -> bool:
        if self._failure is not None:
            raise self._failure
        return all(one.is_subscribed for one in self.all)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._watch())
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self._failure = error

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    async def _watch(self) -> None:
        opening = asyncio.Semaphore(OPENING_AT_ONCE)
        tasks = [self._keep(place, one, opening) for place, one in enumerate(self.all)]
        await asyncio.gather(*tasks)

    async def _keep(self, place: int, watcher: Watcher, opening: asyncio.Semaphore) -> None:
        while True:
            try:
                await self._listen(place, watcher, opening)
            except (OSError, WebSocketException) as error:
                watcher.seen[str(error)] += 1
            watcher.is_subscribed = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, place: int, watcher: Watcher, opening: asyncio.Semaphore) -> None:
        async with opening:
            # Makes a ticket by the database: for a moment nobody else has a turn.
            address = self._address(place)
            # A busy machine answers no ping within seconds.
            socket = await connect(address, compression=None, open_timeout=60, ping_timeout=120)
        async with socket:
            ask = {"type": "subscribe", "guild_id": str(watcher.guild_id)}
            since = {"since": watcher.since} if watcher.since else {}
            await socket.send(orjson.dumps(ask | since).decode())
            async for message in socket:
                self._take(watcher, orjson.loads(message))

    def _take(self, watcher: Watcher, message: dict[str, object]) -> None:
        if message["type"] == "subscribed":
            watcher.is_subscribed = True
            watcher.connections += 1
            watcher.unrecovered += not message["recovered"]
            if watcher.since is None:
                watcher.since = str(message["position"])
                watcher.begun = int(watcher.since.rpartition(":")[2])
        elif message["type"] != "error":
            watcher.since = str(message["id"])
            watcher.offsets.append(int(watcher.since.rpartition(":")[2]))
