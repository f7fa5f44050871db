"""PagerDuty's Events API v2 (https://developer.pagerduty.com/api-reference, "Send an event")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.discord.exchange import Answer, Request, json_answer
from tests.servers.providers.provider import Provider, body_of

ACTIONS = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
MOST_BYTES = 512 * 1024


class PagerDutyStandIn(Provider):
    """`incidents` has the present state by dedup_key; a trigger after the resolve opens anew."""

    # No six characters of it come about by chance, as those of a number or an id would.
    routing_key = "RkQzXwJvKpYtHgNsLmUrVyPnTqWxZjRk"

    def __init__(self) -> None:
        super().__init__()
        self.incidents: dict[str, str] = {}
        self.opened: list[str] = []

    def judge(self, request: Request) -> Answer:
        if request.method != "POST" or request.path != "/v2/enqueue":
            return json_answer({"message": "Not Found"}, 404)
        body = body_of(request)
        if errors := list(_wrong(request, body, self.routing_key)):
            return json_answer(
                {"status": "invalid event", "message": "Event object is invalid", "errors": errors},
                400,
            )
        self.accepted.append(body)
        self._take(body["dedup_key"], ACTIONS[body["event_action"]])
        said = {"status": "success", "message": "Event processed", "dedup_key": body["dedup_key"]}
        return json_answer(said, 202)

    def _take(self, key: str, state: str) -> None:
        now = self.incidents.get(key)
        if state == "triggered" and now in (None, "resolved"):
            self.opened.append(key)
        if now is not None or state == "triggered":
            # What is acknowledged stays so though the same trigger comes again.
            self.incidents[key] = (
                "acknowledged" if (now, state) == ("acknowledged", "triggered") else state
            )


def _wrong(request: Request, body: dict[str, Any], routing_key: str) -> Iterator[str]:
    if len(request.body) > MOST_BYTES:
        yield "Event is too large"
    if body.get("routing_key") != routing_key:
        yield "Invalid routing key"
    if body.get("event_action") not in ACTIONS:
        yield "'event_action' is missing or wrong"
    if not 1 <= len(body.get("dedup_key", "")) <= 255:
        yield "Length of 'dedup_key' is incorrect"
    if body.get("event_action") == "trigger":
        payload = body.get("payload", {})
        if not 1 <= len(payload.get("summary", "")) <= 1024:
            yield "Length of 'payload.summary' is incorrect"
        if not payload.get("source"):
            yield "'payload.source' is missing or blank"
        if payload.get("severity") not in ("critical", "error", "warning", "info"):
            yield "'payload.severity' is invalid"
