"""The way of a request through the stand-in: faults, ban, who is calling, limits, the route."""

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

    def answer(self, request: Request) -> Answer:
        """The journal has the answer before the client does, so that a test finds it there."""
        try:
            route, params = find(request.method, request.path)
        except DiscordError as error:
            return error.answer()
        seen = self.journal.arrive(route.name, request, self.world.clock.now_ms())
        answer = HANG_UP
        if self.faults.wait(route.name):
            with self.lock:
                answer = self._decide(route, params, request, seen)
        self.journal.answer(seen, answer)
        return answer

    def _decide(self, route: Route, params: dict[str, str], request: Request, seen: Seen) -> Answer:
        banned = self.limits.ban(request.address)
        if banned is not None:
            return banned
        caller = identify(self.world, request)
        seen.account = f"ip:{request.address}" if caller is None else caller.account
        call = Call(request, params, caller)
        forced = self.faults.take(route.name)
        if forced is None or forced.after_effect:
            answer = self._work(route, call, seen.account)
        if forced is not None:
            seen.forced = True
            answer = forced.answer()
        self.limits.note(request.address, answer)
        return answer

    def _work(self, route: Route, call: Call, account: str) -> Answer:
        limit_headers: dict[str, str] = {}
        try:
            _want_user_agent(route, call.request)
            if not route.open:
                admit(call.caller, route.bot, route.scope)
            owner = _owner(route, call.params, account)
            limit_headers = self.limits.take(route.name, account, owner)
            answer = route.handle(self.world, call)
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
