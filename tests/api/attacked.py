"""The application as schemathesis sees it: counted, with a guild in it, and ways to log in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from api.http.cookies import COOKIE
from api.http.prefixes import Environ, WsgiApp
from tests.api.contract import CONTRACT
from tests.api.world import OUTSIDE, World
from tests.parts import GUILD, Web, ingest, messages

SETTINGS = {
    "DEMO": "1",
    "RATE_LIMITS": "0",
    **OUTSIDE,
    # Nobody listens there: Discord is away at once.
    "DISCORD_API_URL": "http://127.0.0.1:9",
}
PROMISES = {f"{one.method} {one.path}": one for one in CONTRACT}

SNOWFLAKES = st.just(GUILD) | st.integers(1, 2**63 - 1)
schemathesis.openapi.format("snowflake", SNOWFLAKES.map(str))
schemathesis.openapi.format("timezone", st.sampled_from(sorted(available_timezones())))


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


class Counting:
    """Counts what is asked of the application within."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app
        self.requests = 0

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        self.requests += 1
        return self._app(environ, start_response)


class Target:
    """`who` asks: the `owner` of a guild, who is logged in, or `nobody`."""

    def __init__(self, web: Web, who: str) -> None:
        self.web, self.who = web, who
        self._world = World(web)
        ingest(web.bot(), messages(count=50))
        web.materialise()
        self.app = Counting(web.app.wsgi_app)
        self.schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", self.app)
        # How to log in is not to be guessed.
        self.schema.config.generation.with_security_parameters = False
        # Nor is what is too large for its address looked into.
        rejection = self.schema.config.checks.negative_data_rejection
        rejection.expected_statuses = [*rejection.expected_statuses, "413"]
        self._bot = web.bot_token()
        self._login = ""

    def operations(self) -> list[Any]:
        found = [one.ok() for one in self.schema.get_all_operations() if isinstance(one, Ok)]
        assert len(found) == self.schema.statistic.operations.total
        return found

    def known(self, operation: Any) -> dict[str, str]:
        """Ids of things that are there, for all that its address names."""
        promise = PROMISES[operation.label]
        if "{" not in promise.path:
            return {}
        client = self.web.client()
        for name, value in self.credentials(operation).get("cookies", {}).items():
            client.set_cookie(name, value)
        return self._world.ids(promise, client)

    def credentials(self, operation: Any) -> dict[str, Any]:
        """Headers and cookies: a bot's token where only a bot may ask, else a login that holds."""
        if self.who == "nobody":
            return {}
        if operation.definition.raw.get("security") == [{"botToken": []}]:
            return {"headers": {"Authorization": f"Bearer {self._bot}"}}
        if not self._login or self.web.parts.access.of_session(self._login) is None:
            self._login = self.web.parts.logins.begin_demo("owner", "schemathesis")
        own_page = {"Sec-Fetch-Site": "same-origin"}
        return {"headers": own_page, "cookies": {COOKIE: self._login}}

    def lend_credentials(self) -> None:
        """To schemathesis, where it chooses the requests by itself."""
        target = self

        @self.schema.auth(refresh_interval=None)
        class Credentials:
            def get(self, _case: Any, context: Any) -> dict[str, Any]:
                return target.credentials(context.operation)

            def set(self, case: Any, data: dict[str, Any], _context: Any) -> None:
                case.headers = {**(case.headers or {}), **data.get("headers", {})}
                case.cookies = {**(case.cookies or {}), **data.get("cookies", {})}
