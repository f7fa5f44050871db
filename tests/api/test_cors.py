"""Pages of other origins: none may read answers, but those that the operator names, by token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.openapi.components import RESPONSE_HEADERS
from tests.parts import GUILD, Web, make_web, settings_for

TOOL = "https://tools.example"
METRICS = f"/api/v1/servers/{GUILD}/metrics?period=day"
ASKS = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}

# https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name; nobody reads a Location.
READ_BY_ALL = {"Last-Modified", "Location"}


@pytest.fixture
def shared(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    web = make_web(settings_for(sqlite_url, tmp_path, CORS_ORIGINS=TOOL))
    yield web
    web.parts.close()


def test_nobody_is_let_in_by_default(web_on_sqlite: Web) -> None:
    reader = web_on_sqlite.reader()
    for answer in (
        reader.get(METRICS, headers={"Origin": TOOL}),
        reader.options(METRICS, headers={"Origin": TOOL, **ASKS}),
    ):
        assert not any(name.startswith("Access-Control") for name, _ in answer.headers)


def test_a_named_origin_reads_by_token_and_never_by_cookie(shared: Web) -> None:
    asked = shared.client().options(METRICS, headers={"Origin": TOOL, **ASKS})
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == TOOL
    assert "PUT" in asked.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    reader = shared.reader()
    for path, status in ((METRICS, 200), (METRICS, 200), ("/api/v1/nothing", 404)):
        answer = reader.get(path, headers={"Origin": TOOL})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == TOOL
        shown = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        assert set(RESPONSE_HEADERS) - READ_BY_ALL <= shown
        assert "Origin" in answer.headers.getlist("Vary")
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{TOOL}.evil.example", "*"])
def test_any_other_origin_is_as_before(shared: Web, origin: str) -> None:
    for answer in (
        shared.reader().get(METRICS, headers={"Origin": origin}),
        shared.client().options(METRICS, headers={"Origin": origin, **ASKS}),
        shared.client().get("/", headers={"Origin": TOOL}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers
