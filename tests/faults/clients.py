"""Clients that go on whatever happens, and write down every answer they got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from threading import Event, Thread
from typing import Any

import httpx

from services.container import system_clock
from tests.api.routes import SNAPSHOT_READS
from tests.parts import JsonObject, messages, violation

PAUSE_SECONDS = 0.02
OTHER_READS = ("violations?limit=5", "warnings", "rules", "config", "roles")


class Going:
    """Something done over and over by a thread, until it is told to stop.

    `pause_seconds` from one to the next: longer where a step is much work for the installation.
    """

    def __init__(self, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._pause_seconds = pause_seconds
        # How often each status was seen; what never became an answer, by the name of its error.
        self.seen: Counter[int | str] = Counter()
        self._stopped = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._failure: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the last thing begun is done; raises what ended the thread, if anything."""
        self._stopped.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def step(self) -> None:
        raise NotImplementedError

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                self.step()
                self._stopped.wait(self._pause_seconds)
        except BaseException as error:
            self._failure = error

    def note(self, answer: httpx.Response) -> int:
        self.seen[answer.status_code] += 1
        return answer.status_code


class Bot(Going):
    """Sends batches for its guilds, each again and again until it is told 202."""

    def __init__(
        self, client: httpx.Client, guild_ids: Sequence[int], pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        super().__init__(pause_seconds)
        self._client, self._guild_ids = client, guild_ids
        self.violations: dict[int, set[str]] = {guild_id: set() for guild_id in guild_ids}
        self.messages: Counter[int] = Counter()
        self.accepted = 0

    def step(self) -> None:
        self.send(self.batch())

    def batch(self) -> list[JsonObject]:
        """Two violations and some messages of each guild, all of this moment."""
        now_ms = system_clock()
        events = []
        for guild_id in self._guild_ids:
            events += [violation(guild_id, now_ms, user_id=str(user)) for user in (41, 42)]
            events.append(messages(guild_id, now_ms, count=5, response_time_ms_sum=90))
        return events

    def send(self, events: list[JsonObject]) -> None:
        while True:
            try:
                answer = self._client.post("/api/v1/ingest", json={"events": events})
            except httpx.TransportError as error:
                self.seen[type(error).__name__] += 1
                continue
            if self.note(answer) == 202:
                break
            self._stopped.wait(PAUSE_SECONDS)
        self.accepted += answer.json()["accepted"]
        for event in events:
            guild_id = int(event["guild_id"])
            if event["type"] == "violation":
                self.violations[guild_id].add(event["id"])
            else:
                self.messages[guild_id] += event["count"]


class Dashboard(Going):
    """Reads everything of its guilds, one address after the other, as open pages do."""

    def __init__(
        self, client: httpx.Client, guild_ids: Sequence[int], pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        super().__init__(pause_seconds)
        self._client = client
        reads = (*SNAPSHOT_READS, *OTHER_READS)
        self._addresses = [f"/api/v1/servers/{id}/{read}" for id in guild_ids for read in reads]
        self._next = 0
        self.failures: list[Any] = []

    def step(self) -> None:
        address = self._addresses[self._next % len(self._addresses)]
        self._next += 1
        try:
            answer = self._client.get(address)
        except httpx.TransportError as error:
            self.seen[type(error).__name__] += 1
            self.failures.append((address, repr(error)))
            return
        if self.note(answer) != 200:
            self.failures.append((address, answer.status_code, answer.text))
