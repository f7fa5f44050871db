"""Reads of one snapshot, as a client of the API makes them."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.parts import GUILD, Web
from tests.servers.valkey import Valkey

METRICS = f"/api/v1/servers/{GUILD}/metrics"


def read(web: Web, token: str, address: str = METRICS, tag: str | None = None) -> TestResponse:
    headers = {} if tag is None else {"If-None-Match": tag}
    return web.client(token).get(address, headers=headers)


def body_of(answer: TestResponse) -> dict[str, Any]:
    body: dict[str, Any] = answer.json or {}
    return body


def source(answer: TestResponse) -> str:
    return answer.headers["X-Cache"]


def empty_redis(valkey: Valkey) -> None:
    with valkey.client() as client:
        client.flushall()
