"""Opsgenie's Alert API (https://docs.opsgenie.com/docs/alert-api) under `root`; JSM has another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from tests.discord.exchange import Answer, Request, json_answer
from tests.servers.providers.provider import Provider, body_of

LIMITS = {"message": 130, "alias": 512, "description": 15_000, "entity": 512, "source": 100}
ACTIONS = {"close": "closed", "acknowledge": "acked"}


class OpsgenieStandIn(Provider):
    """`alerts` has the present state by alias; creating an open one only counts it."""

    api_key = "eb243592-faa2-4ba2-a551-q1afdf565c889"

    def __init__(self, root: str = "/v2/alerts") -> None:
        super().__init__()
        self._root = root
        self.alerts: dict[str, str] = {}
        self.opened: list[str] = []

    def judge(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"GenieKey {self.api_key}":
            return json_answer({"message": "Could not authenticate", "took": 0.0}, 401)
        body, path = body_of(request), request.path
        if path == self._root:
            return self._create(body)
        alias, _, action = path.removeprefix(f"{self._root}/").rpartition("/")
        if action not in ACTIONS or request.query.get("identifierType") != "alias":
            return json_answer({"message": "Not Found"}, 404)
        return self._act(unquote(alias), ACTIONS[action], body)

    def _create(self, body: dict[str, Any]) -> Answer:
        if errors := dict(_wrong(body)):
            said = {"message": "Request body is not processable. Please check the errors."}
            return json_answer({**said, "errors": errors, "took": 0.0}, 422)
        if self.alerts.get(body["alias"], "closed") == "closed":
            self.opened.append(body["alias"])
            self.alerts[body["alias"]] = "open"
        return self._taken(body)

    def _act(self, alias: str, state: str, body: dict[str, Any]) -> Answer:
        """Asynchronous, so a missing alert is found out later only."""
        if alias in self.alerts:
            self.alerts[alias] = state
        return self._taken(body)

    def _taken(self, body: dict[str, Any]) -> Answer:
        self.accepted.append(body)
        said = {"result": "Request will be processed", "took": 0.1, "requestId": str(uuid4())}
        return json_answer(said, 202)


def _wrong(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not body.get("message"):
        yield "message", "Message can not be empty."
    for name, most in LIMITS.items():
        if len(body.get(name, "")) > most:
            yield name, f"{name} is too long."
    if len(body.get("tags", [])) > 20 or any(len(tag) > 50 for tag in body.get("tags", [])):
        yield "tags", "too many or too long"
    if body.get("priority") not in ("P1", "P2", "P3", "P4", "P5"):
        yield "priority", "must be P1 to P5"
