"""Keeps the invented guilds alive: sends what happens in them to the real ingest route."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from random import Random

import orjson
import requests
import structlog

from schemas.events.body import MAXIMUM_EVENTS
from schemas.events.structs import Event
from services.demo.live import DemoPresent, wire

_TIMEOUT_SECONDS = 10.0
_SHORTEST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30.0
_log = structlog.get_logger()


class DemoFeed:
    """Sends to the server at `url`, as the bot whose token `make_token` gives."""

    def __init__(
        self,
        url: str,
        make_token: Callable[[], str],
        clock: Callable[[], int],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._route = f"{url.rstrip('/')}/api/v1/ingest"
        self._make_token, self._clock, self._sleep = make_token, clock, sleep
        # No proxy of the environment stands between two processes of one machine.
        self._client = requests.Session()
        self._client.trust_env = False
        self._token = ""
        self._is_away = False

    def run(self, rates: Mapping[int, float], interval_seconds: float) -> None:
        """Feed the guilds of `rates` (see DemoPresent) until the process is told to end."""
        present = DemoPresent(rates, Random(), self._clock())
        while True:
            self.send(present.until(self._clock()))
            self._sleep(interval_seconds)

    def send(self, events: list[Event]) -> None:
        """Send `events`, waiting for as long as the server is away."""
        for start in range(0, len(events), MAXIMUM_EVENTS):
            batch = [wire(event) for event in events[start : start + MAXIMUM_EVENTS]]
            self._deliver(orjson.dumps({"events": batch}))

    def _deliver(self, body: bytes) -> None:
        # The same ids each time: what was stored though its answer was lost counts once.
        wait_seconds = _SHORTEST_WAIT_SECONDS
        while (problem := self._post(body)) is not None:
            if not self._is_away:
                _log.info("demo_feed_waits", problem=problem)
            self._is_away = True
            self._sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)
        self._is_away = False

    def _post(self, body: bytes) -> str | None:
        """None when the server has the events, or never will; else why to try again."""
        self._token = self._token or self._make_token()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            answer = self._client.post(
                self._route, data=body, headers=headers, timeout=_TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            return f"{type(error).__name__}: {error}"
        if answer.status_code == 401:
            self._token = ""
        if answer.status_code in (401, 429) or answer.status_code >= 500:
            return f"answered {answer.status_code}"
        if not answer.ok:
            _log.warning("demo_feed_refused", status=answer.status_code, answer=answer.text[:300])
        return None
