"""What was asked of the stand-in, for tests to count."""

import itertools
from collections import Counter
from dataclasses import dataclass
from threading import Condition

from tests.discord.exchange import Answer, Request


@dataclass(kw_only=True)
class Seen:
    """One request; `forced` where Faults answered it.

    `arrived` and `answered` number the comings and goings of all requests.
    """

    route: str
    path: str
    at_ms: int
    arrived: int
    account: str = "nobody"
    status: int | None = None
    forced: bool = False
    scope: str | None = None
    told_limit: bool = False
    answered: int | None = None


class Journal:
    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._numbers = itertools.count()
        self._changed = Condition()

    def arrive(self, route: str, request: Request, at_ms: int) -> Seen:
        with self._changed:
            arrived = next(self._numbers)
            seen = Seen(route=route, path=request.path, at_ms=at_ms, arrived=arrived)
            self._seen.append(seen)
            self._changed.notify_all()
        return seen

    def answer(self, seen: Seen, answer: Answer) -> None:
        """Enter what is about to be sent."""
        with self._changed:
            seen.status = answer.status
            seen.scope = answer.headers.get("X-RateLimit-Scope")
            seen.told_limit = "X-RateLimit-Limit" in answer.headers
            seen.answered = next(self._numbers)
            self._changed.notify_all()

    def requests(self, route: str | None = None) -> list[Seen]:
        """All requests so far, or those of one route, by their coming."""
        with self._changed:
            return [seen for seen in self._seen if route in (None, seen.route)]

    def count(self, route: str | None = None, status: int | None = None) -> int:
        """How many came; with `status`, how many were answered with it."""
        return sum(status in (None, seen.status) for seen in self.requests(route))

    def counts(self) -> dict[str, int]:
        """How many came on each route."""
        return dict(Counter(seen.route for seen in self.requests()))

    def repeated(self, route: str) -> list[str]:
        """The paths of a route that were asked for more than once."""
        asked = Counter(seen.path for seen in self.requests(route))
        return [path for path, times in asked.items() if times > 1]

    def avoidable_429s(self) -> list[Seen]:
        """Refusals a careful client would not have met.

        Those of the global limit, which is public, and those of a route whose limit an answer had
        told the account before the request came. (A careful client asks a new route just once.)
        """
        return [
            seen
            for seen in self.requests()
            if seen.status == 429 and not seen.forced
            if seen.scope == "global" or self._was_told(seen)
        ]

    def _was_told(self, refused: Seen) -> bool:
        return any(
            seen.told_limit and seen.answered is not None and seen.answered < refused.arrived
            for seen in self.requests(refused.route)
            if seen.account == refused.account
        )

    def wait_for(self, route: str, count: int, timeout_seconds: float = 60) -> None:
        """Return once `count` requests of a route have come, answered or not."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: sum(seen.route == route for seen in self._seen) >= count, timeout_seconds
            )
        if not came:
            raise TimeoutError(f"{self.count(route)} of {count} requests came: {route}")

    def forget(self) -> None:
        with self._changed:
            self._seen.clear()
