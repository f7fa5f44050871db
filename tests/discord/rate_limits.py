"""Discord's three limits: per route, for everything an account does, and on invalid requests.

https://discord.com/developers/docs/topics/rate-limits. Discord does not publish the limits of its
routes, and says not to rely on them; those here are of the size that clients report.
"""

import hashlib
import math
from dataclasses import dataclass, replace

from tests.discord.clock import Clock
from tests.discord.exchange import Answer, json_answer, text_answer

INVALID_STATUSES = (401, 403, 429)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in a window that begins with the first of them."""

    requests: int
    window_seconds: float


@dataclass(slots=True)
class Window:
    ends_ms: int
    used: int = 0


ROUTE_LIMITS = {
    "GET /users/@me/guilds": Limit(1, 1),
    "GET /users/@me/guilds/{guild_id}/member": Limit(5, 5),
    "GET /users/{user_id}": Limit(30, 30),
    "GET /guilds/{guild_id}": Limit(5, 5),
    "GET /guilds/{guild_id}/members/{user_id}": Limit(5, 1),
    "GET /guilds/{guild_id}/members/search": Limit(10, 10),
    "GET /guilds/{guild_id}/roles": Limit(5, 5),
    "GET /webhooks/{webhook_id}/{webhook_token}": Limit(5, 2),
    "POST /webhooks/{webhook_id}/{webhook_token}": Limit(5, 2),
}


class Limited(Exception):
    """A limit is reached; `answer` is Discord's 429."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("rate limited")
        self.answer = answer


class RateLimits:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._routes = dict(ROUTE_LIMITS)
        self._global = Limit(50, 1)
        self._invalid = Limit(10_000, 600)
        self._windows: dict[tuple[str, ...], Window] = {}

    def set_route(self, route: str, requests: int, window_seconds: float) -> None:
        self._routes[route] = Limit(requests, window_seconds)

    def set_global(self, requests: int, window_seconds: float = 1) -> None:
        self._global = Limit(requests, window_seconds)

    def set_invalid(self, requests: int, window_seconds: float = 600) -> None:
        self._invalid = Limit(requests, window_seconds)

    def lift(self) -> None:
        """No limit any more, on any route or in all; that on invalid requests stays."""
        self._routes.clear()
        self._global = Limit(1 << 62, 1)

    def take(self, route: str, account: str, owner: str) -> dict[str, str]:
        """Count one request; return the headers that tell how many are left. Raises Limited.

        `owner` is whom the route's limit belongs to: the account, and the guild or webhook.
        """
        everything = self._window(("global", account), self._global)
        if everything.used >= self._global.requests:
            raise Limited(self._global_answer(everything))
        everything.used += 1
        limit = self._routes.get(route)
        return {} if limit is None else self._take_route(route, owner, limit)

    def _take_route(self, route: str, owner: str, limit: Limit) -> dict[str, str]:
        window = self._window((route, owner), limit)
        if window.used >= limit.requests:
            headers = self._headers(route, limit, window)
            raise Limited(limited_answer(self._left_seconds(window), "user", headers))
        window.used += 1
        return self._headers(route, limit, window)

    def note(self, address: str, answer: Answer) -> None:
        """Count an answer that Discord holds against the address that asked."""
        if (
            answer.status in INVALID_STATUSES
            and answer.headers.get("X-RateLimit-Scope") != "shared"
        ):
            self._window(("invalid", address), self._invalid).used += 1

    def ban(self, address: str) -> Answer | None:
        """What Cloudflare, in front of Discord, answers after too many invalid requests."""
        window = self._window(("invalid", address), self._invalid)
        if window.used < self._invalid.requests:
            return None
        wait = str(math.ceil(self._left_seconds(window)))
        answer = text_answer("error code: 1015", 429)
        return replace(answer, headers={**answer.headers, "Retry-After": wait})

    def _window(self, key: tuple[str, ...], limit: Limit) -> Window:
        window, now_ms = self._windows.get(key), self._clock.now_ms()
        if window is None or now_ms >= window.ends_ms:
            window = self._windows[key] = Window(now_ms + round(limit.window_seconds * 1000))
        return window

    def _left_seconds(self, window: Window) -> float:
        return (window.ends_ms - self._clock.now_ms()) / 1000

    def _headers(self, route: str, limit: Limit, window: Window) -> dict[str, str]:
        return {
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
            "X-RateLimit-Limit": str(limit.requests),
            "X-RateLimit-Remaining": str(max(limit.requests - window.used, 0)),
            "X-RateLimit-Reset": f"{window.ends_ms / 1000:.3f}",
            "X-RateLimit-Reset-After": f"{self._left_seconds(window):.3f}",
        }

    def _global_answer(self, window: Window) -> Answer:
        return limited_answer(self._left_seconds(window), "global", {"X-RateLimit-Global": "true"})


def limited_answer(wait_seconds: float, scope: str, headers: dict[str, str]) -> Answer:
    """Discord's 429; the header is in whole seconds, the body to the millisecond."""
    what = "The resource is" if scope == "shared" else "You are"
    body = {
        "message": f"{what} being rate limited.",
        "code": 0,
        "retry_after": wait_seconds,
        "global": scope == "global",
    }
    wait = {"Retry-After": str(math.ceil(wait_seconds)), "X-RateLimit-Scope": scope}
    return json_answer(body, 429, {**headers, **wait})
