"""The way of a request through the stand-in: faults, ban, who is calling, limits, the route."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import RLock

from tests.discord.callers import Call, admit, identify
from tests.discord.errors import DiscordError, no_user_agent
from tests.discord.exchange import HANG_UP, Answer, Request, json_answer
from tests.discord.faults import Faults
from tests.discord.grants import OAuthError
from tests.discord.journal import Journal, Seen
from tests.discord.rate_limits import Limited, RateLimits
from tests.discord.routes import Route, find
from tests.discord.world import World

AUTHORIZE = "GET /oauth2/authorize"


class Api:
    def __init__(self, world: World) -> None:
        self.world = world
        self.limits = RateLimits(world.clock)
        self.faults = Faults()
        self.journal = Journal()
        self.lock = RLock()

    @contextmanager
    def exchange(self, request: Request) -> Iterator[Answer]:
        """Give the answer to send; leaving the context says that it is sent."""
        try:
            route, params = find(request.method, request.path)
        except DiscordError as error:
            yield error.answer()
            return
        seen = self.journal.arrive(route.name, request, self.world.clock.now_ms())
        answer = HANG_UP
        if self.faults.wait(route.name):
            with self.lock:
                answer = self._answer(route, params, request, seen)
        yield answer
        self.journal.answer(seen, answer)

    def _answer(self, route: Route, params: dict[str, str], request: Request, seen: Seen) -> Answer:
        banned = self.limits.ban(request.address)
        if banned is not None:
            return banned
        forced = self.faults.take(route.name)
        if forced is None:
            answer = self._work(route, params, request, seen)
        else:
            if forced.after_effect:
                self._work(route, params, request, seen)
            answer = forced.answer()
        self.limits.note(request.address, answer)
        return answer

    def _work(self, route: Route, params: dict[str, str], request: Request, seen: Seen) -> Answer:
        limit_headers: dict[str, str] = {}
        try:
            _want_user_agent(route, request)
            caller = identify(self.world, request)
            seen.account = f"ip:{request.address}" if caller is None else caller.account
            if not route.open:
                admit(caller, route.bot, route.scope)
            owner = _owner(route, params, seen.account)
            limit_headers = self.limits.take(route.name, seen.account, owner)
            answer = route.handle(self.world, Call(request, params, caller))
        except Limited as limited:
            return limited.answer
        except DiscordError as error:
            answer = error.answer()
        except OAuthError as error:
            answer = _oauth_answer(error)
        return replace(answer, headers={**answer.headers, **limit_headers})


def _want_user_agent(route: Route, request: Request) -> None:
    """Discord's doorman refuses programs that do not say what they are."""
    agent = request.headers.get("user-agent", "")
    if route.name != AUTHORIZE and (not agent or agent.startswith("Python-urllib")):
        raise no_user_agent()


def _owner(route: Route, params: dict[str, str], account: str) -> str:
    """Whom the route's limit belongs to: a webhook to all who post there, else the account."""
    if route.limited_by == "webhook_id":
        return params["webhook_id"]
    return f"{account} {params[route.limited_by]}" if route.limited_by else account


def _oauth_answer(error: OAuthError) -> Answer:
    content = {"error": error.error}
    if error.description is not None:
        content["error_description"] = error.description
    return json_answer(content, error.status)
