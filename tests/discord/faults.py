"""Discord on a bad day: slow, silent, or refusing, on demand and per route ("*": every route)."""

from collections import deque
from dataclasses import dataclass
from http import HTTPStatus
from threading import Condition

from tests.discord.errors import plain
from tests.discord.exchange import HANG_UP, Answer, text_answer
from tests.discord.rate_limits import limited_answer

EVERY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """An answer that a test wants; `after_effect` lets the request do its work first."""

    status: int
    retry_after_seconds: float
    scope: str
    body: str | None
    after_effect: bool

    def answer(self) -> Answer:
        if self.body is not None:
            return text_answer(self.body, self.status, "application/json")
        if self.status == 0:
            return HANG_UP
        if self.status == 429:
            special = {"X-RateLimit-Global": "true"} if self.scope == "global" else {}
            return limited_answer(self.retry_after_seconds, self.scope, special)
        if self.status > 500:
            # What answers here is the proxy in front of Discord, and it does not speak JSON.
            phrase = HTTPStatus(self.status).phrase
            return text_answer(f"<h1>{self.status} {phrase}</h1>", self.status, "text/html")
        return plain(self.status).answer()


class Faults:
    def __init__(self) -> None:
        self._changed = Condition()
        self._slow: dict[str, float] = {}
        self._held: set[str] = set()
        self._forced: dict[str, deque[Forced]] = {}
        self._interruptions = 0

    def slow(self, route: str, seconds: float) -> None:
        """Every answer takes so long; 0 ends it."""
        self._slow[route] = seconds

    def hold(self, route: str) -> None:
        """No request of the route goes on until `release`."""
        with self._changed:
            self._held.add(route)

    def release(self, route: str) -> None:
        with self._changed:
            self._held.discard(route)
            self._changed.notify_all()

    def fail(
        self,
        route: str,
        status: int,
        times: int = 1,
        *,
        retry_after_seconds: float = 1,
        scope: str = "user",
        body: str | None = None,
        after_effect: bool = False,
    ) -> None:
        """Answer the next requests of the route with `status`; 0 hangs up without an answer.

        `retry_after_seconds` and `scope` (user, global, shared) are of a 429. `body` replaces
        Discord's own. With `after_effect` the request does its work, and only its answer is lost.
        """
        forced = Forced(
            status=status,
            retry_after_seconds=retry_after_seconds,
            scope=scope,
            body=body,
            after_effect=after_effect,
        )
        with self._changed:
            self._forced.setdefault(route, deque()).extend([forced] * times)

    def clear(self) -> None:
        """A good day again."""
        with self._changed:
            self._slow.clear()
            self._held.clear()
            self._forced.clear()
            self._changed.notify_all()

    def interrupt(self) -> None:
        """Wake who waits here: the server is closing, and their answers have nowhere to go."""
        with self._changed:
            self._interruptions += 1
            self._changed.notify_all()

    def wait(self, route: str) -> bool:
        """Take the time that the route shall take; False when interrupted."""
        seconds = self._slow.get(route, self._slow.get(EVERY, 0))
        with self._changed:
            before = self._interruptions
            self._changed.wait_for(lambda: self._interruptions > before, seconds)
            self._changed.wait_for(
                lambda: self._interruptions > before or not self._held & {route, EVERY}
            )
            return self._interruptions == before

    def take(self, route: str) -> Forced | None:
        with self._changed:
            waiting = self._forced.get(route) or self._forced.get(EVERY)
            return waiting.popleft() if waiting else None
