"""Bodies of events as bots send them, as JSON and line by line."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from domain.clock import rfc3339
from schemas.events.body import IngestBody

NOW_MS = 1_769_508_000_000


def event_of(**fields: Any) -> dict[str, Any]:
    common = {
        "type": "user",
        "id": str(uuid4()),
        "guild_id": "5",
        "user_id": "6",
        "username": "ada",
    }
    return common | {"timestamp": rfc3339(NOW_MS)} | fields


def json_of(*events: object) -> bytes:
    return json.dumps({"events": events}).encode()


def lines_of(*events: object) -> bytes:
    return b"\n".join(json.dumps(event).encode() for event in events)


def errors_of(body: IngestBody) -> dict[int, list[str]]:
    return {one.index: sorted(one.errors) for one in body.rejected}
