"""Violations of every kind, and their list as a reader walks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from domain.windows import HOUR_MS
from tests.parts import GUILD, NOW_MS, JsonObject, violation

LIST = f"/api/v1/servers/{GUILD}/violations"

# Times that repeat, so that order and cursors have to look at the id as well.
VARIED = [
    violation(
        timestamp_ms=NOW_MS - (number // 3) * HOUR_MS,
        user_id=str(41 + number % 3),
        reason=f"reason {number}" if number % 2 else f"Ünsinn 100% {number}_",
        rule=None if number % 4 == 0 else f"rule {number % 4}",
        severity=("low", "medium", "high")[number % 3],
        detection_type=("regex", "ai", "automod", "manual", "raid")[number % 5],
        action_taken=("Warned", "10-minute timeout", "kick", "Banned", "", "Unbanned")[number % 6],
    )
    for number in range(30)
]


def newest_first(events: list[JsonObject]) -> list[str]:
    ranked = sorted(events, key=lambda one: (one["timestamp"], UUID(one["id"]).bytes), reverse=True)
    return [one["id"] for one in ranked]


def page(client: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = client.get(LIST, query_string=query)
    assert answer.status_code == 200, answer.data
    body: dict[str, Any] = answer.json or {}
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [one["id"] for one in body["violations"]]


def pages(client: FlaskClient, **query: Any) -> Iterator[dict[str, Any]]:
    """From the first page to the one without a next."""
    body = page(client, **query)
    yield body
    while cursor := body["next_cursor"]:
        body = page(client, **query, cursor=cursor)
        yield body
