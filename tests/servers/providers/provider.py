"""What the stand-ins share: a door, what came in, and answers that a test wants instead."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.discord.exchange import Answer, Request
from tests.discord.listener import Listener


class Provider(ABC):
    """`requests` holds all that came, oldest first; `accepted` only what it took."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.accepted: list[Any] = []
        self.planned: deque[Answer | Callable[[], Answer]] = deque()
        self._door = Listener(self._answer)
        self.port = self._door.port
        self.url = self._door.url

    def start(self) -> None:
        self._door.open()

    def stop(self) -> None:
        self._door.leave()

    def go_away(self) -> None:
        """Connections break, and new ones are refused."""
        self._door.close()

    def come_back(self) -> None:
        self._door.open()

    def plan(self, *answers: Answer | Callable[[], Answer]) -> None:
        """Give these to the next requests, which are not looked at."""
        self.planned.extend(answers)

    def _answer(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.planned:
            planned = self.planned.popleft()
            return planned if isinstance(planned, Answer) else planned()
        return self.judge(request)

    @abstractmethod
    def judge(self, request: Request) -> Answer:
        """What the real one would answer; notes in `accepted` what it took."""


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request; an empty one where it is none."""
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
