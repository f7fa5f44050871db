"""Ids in addresses: `<snowflake(member):user_id>` and `<uuid(token):token_id>`.

Views get them as `int` and `UUID`; what is none is answered with 400, which says whose id it was.
Where a route is compiled to build its address, that waits until one is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter, Map, RequestRedirect, Rule

from domain.snowflake import parse_snowflake


class IdConverter(BaseConverter):
    """An id whose `noun` the refusal names. Werkzeug would answer 404 for one that is none."""

    def __init__(self, map: Map, noun: str) -> None:
        super().__init__(map)
        self.noun = noun

    def _refused(self, why: str) -> BadRequest:
        return BadRequest(f"the {self.noun} id in the address {why}")


class SnowflakeConverter(IdConverter):
    def to_python(self, value: str) -> int:
        try:
            return parse_snowflake(value)
        except ValueError as error:
            raise self._refused(str(error)) from None


class UuidConverter(IdConverter):
    def to_python(self, value: str) -> UUID:
        try:
            return UUID(value)
        except ValueError:
            raise self._refused("must be a UUID") from None


class QuickRule(Rule):
    """A route whose address is hardly ever built: Werkzeug compiles two functions for each.

    For all of ours that was most of what putting an application together took.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, *values: Any, **named: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, *values, **named)

        return build


def install_addresses(app: Flask) -> None:
    """Before any route that has an id in its address is registered."""
    app.url_rule_class = QuickRule
    converters: dict[str, Any] = {"snowflake": SnowflakeConverter, "uuid": UuidConverter}
    app.url_map.converters.update(converters)

    @app.after_request
    def stay_here(response: Response) -> Response:
        """The router redirects to the host that the client names: another's, if it wants to."""
        if isinstance(request.routing_exception, RequestRedirect):
            parts = urlsplit(request.routing_exception.new_url)
            query = f"?{parts.query}" if parts.query else ""
            response.headers["Location"] = f"/{parts.path.lstrip('/')}{query}"
            response.set_data(b"")
        return response


@lru_cache(maxsize=1_000)
def plain_rule(rule: str) -> str:
    """`/servers/<guild_id>` for `/servers/<snowflake(server):guild_id>`, for logs and metrics."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"<\1>", rule)
