"""Slack's incoming webhooks, with the limits of Block Kit (https://docs.slack.dev/reference/block-kit)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import ceil
from threading import Lock
from typing import Any

from tests.discord.exchange import Answer, Request, text_answer
from tests.servers.providers.provider import Provider, body_of

# A < that begins neither a link nor an entity is where somebody's text got through unescaped.
_BROADCAST = re.compile(r"<!(?:here|channel|everyone)|<@\w")


SECOND_MS = 1_000


class SlackStandIn(Provider):
    """Has one webhook, at `address`; where it has a `clock` (ms), it takes a message a second.

    `refused` counts what came too soon.
    """

    def __init__(self, clock: Callable[[], int] | None = None) -> None:
        super().__init__()
        self.path = "/services/T0KXQWZVY/B0MZRTPLK/aKj3bQnXvRz7Lw1MtYc9Sd5f"
        self.address = self.url + self.path
        self.mentions: list[str] = []
        self.clock, self.refused = clock, 0
        self._free_ms, self._lock = 0, Lock()

    def judge(self, request: Request) -> Answer:
        if request.path != self.path:
            return text_answer("no_service", 404)
        if (wait_ms := self._wait_ms()) > 0:
            self.refused += 1
            return Answer(429, b"rate_limited", {"Retry-After": str(ceil(wait_ms / SECOND_MS))})
        body = body_of(request)
        if not isinstance(body.get("text"), str) or not body["text"]:
            return text_answer("no_text" if body else "invalid_payload", 400)
        if any(_wrong(body)):
            return text_answer("invalid_blocks", 400)
        self.accepted.append(body)
        self.mentions += _BROADCAST.findall(request.body.decode())
        return text_answer("ok", 200)

    def _wait_ms(self) -> int:
        """How long until it takes another; one that is taken counts."""
        if self.clock is None:
            return 0
        with self._lock:
            now_ms = self.clock()
            wait_ms = max(self._free_ms - now_ms, 0)
            self._free_ms = self._free_ms if wait_ms else now_ms + SECOND_MS
        return wait_ms


def _wrong(body: dict[str, Any]) -> Iterator[bool]:
    blocks = body.get("blocks", [])
    yield len(blocks) > 50
    for block in blocks:
        match block["type"]:
            case "header":
                yield block["text"]["type"] != "plain_text"
                yield not 1 <= len(block["text"]["text"]) <= 150
            case "section":
                yield "text" not in block and "fields" not in block
                yield "text" in block and not 1 <= len(block["text"]["text"]) <= 3000
                yield not len(block.get("fields", [])) <= 10
                yield any(not 1 <= len(each["text"]) <= 2000 for each in block.get("fields", []))
            case "context":
                yield not 1 <= len(block["elements"]) <= 10
            case _:
                yield True
