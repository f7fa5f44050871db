"""Nothing a client sends is a 500, and no error leaves the shape that clients rely on."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api.http.cookies import COOKIE
from services.channels.stop_links import About
from tests.api.routes import address_of, routes
from tests.parts import GUILD, Web, event, examples, make_web, messages, settings_for, violation
from tests.servers.postgres import Cluster
from tests.servers.valkey import Valkey

# One process serves all examples.
hostile = settings(
    deadline=None,
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "MODWATCH")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hostile_web(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Web]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    valkey: Valkey = request.getfixturevalue("valkey_process")
    valkey.start()
    cluster: Cluster | None = None
    if request.param == "sqlite":
        file = request.getfixturevalue("migrated_sqlite_file")
        url = f"sqlite:///{copy(file, folder / 'modwatch.db')}"
    else:
        cluster = request.getfixturevalue("postgres")
        name = cluster.create()
        url = cluster.url(name)
    web = make_web(settings_for(url, folder, valkey.url, DEMO="1"), loops=True)
    yield web
    web.parts.close()
    if cluster:
        cluster.drop(name)


def json_values() -> st.SearchStrategy[Any]:
    numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    leaves = st.none() | st.booleans() | numbers | st.text(max_size=20)
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
        ),
        max_leaves=8,
    )


def texts() -> st.SearchStrategy[str]:
    """Words for addresses: ids good and bad, what breaks quoting, and anything."""
    telling = [
        "",
        "0",
        "-1",
        "007",
        str(GUILD),
        str(2**63),
        "9" * 400,
        "\r\n",
        "\x00",
        "☃",
        "%",
        "'",
    ]
    more = [
        "../..",
        "5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1",
        "١٢",
        "1e3",
        "0x1",
        " 1",
        "1_0",
        "?a=b",
    ]
    return st.sampled_from(telling + more) | st.text(max_size=12)


FIELDS = [
    "period",
    "limit",
    "cursor",
    "page",
    "per_page",
    "severity",
    "detection_type",
    "user_id",
    "rule",
    "action",
    "since",
    "until",
    "q",
    "search",
    "level",
    "offset",
    "status",
]
QUERY_VALUES = (
    texts()
    | st.sampled_from(
        ["WzEsMV0", "W10", "bnVsbA", "hour", "2026-03-18T10:20:05Z", "5", "1" * 5_000]
    )
    | st.text(string.ascii_letters + string.digits + "-_", max_size=40)
)


def check(answer: TestResponse) -> None:
    # Logging in needs a Discord application, which is not the client's to bring.
    is_login = answer.request.path in ("/api/v1/auth/login", "/api/auth/login")
    assert answer.status_code < 500 or is_login, answer.data
    assert answer.status_code != 500
    assert answer.headers["X-Request-Id"]
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return
    stops = tuple(f"{about}/" for about in About)
    if answer.request.path.startswith(stops) and b"<!doctype html>" in answer.data:
        assert b"This link is not one of ours" in answer.data  # a page for people
        return
    assert answer.content_type == "application/problem+json", answer.status
    body: Any = answer.json
    assert body["status"] == answer.status_code
    assert body["detail"] == body["error"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert {"type", "title"} <= body.keys()


@hostile
@given(data=st.data())
def test_any_address(hostile_web: Web, owner: str, data: st.DataObject) -> None:
    """Every route with any ids, any query, any method, under both prefixes."""
    route = data.draw(st.sampled_from(routes(hostile_web.app)))
    parameters = {name: quote(data.draw(texts())) for name in route.rule.arguments}
    address = address_of(route.rule, **parameters)
    if data.draw(st.booleans()):
        address = address.replace("/api/v1", "/api", 1)
    query = data.draw(st.dictionaries(st.sampled_from(FIELDS), QUERY_VALUES, max_size=3))
    method = data.draw(st.sampled_from(METHODS))
    client = hostile_web.client(owner)
    check(client.open(f"{address}?{urlencode(query)}", method=method))


@hostile
@given(path=st.text(max_size=30), raw=st.binary(max_size=20))
def test_any_path_at_all(hostile_web: Web, path: str, raw: bytes) -> None:
    for start in ("/", "/api/", "/api/v1/", "/api/v1/servers/", "/assets/"):
        # Whole addresses: of a path that begins with two slashes the client would make a host.
        here = f"http://localhost{start}"
        check(hostile_web.client().get(here + quote(path, safe="/")))
        check(hostile_web.client().get(here + quote(raw)))


@hostile
@given(data=st.data())
def test_any_body(hostile_web: Web, owner: str, data: st.DataObject) -> None:
    """Every route that reads a body, with any bytes or any JSON under any type."""
    unsafe = [route for route in routes(hostile_web.app) if route.methods - {"GET"}]
    route = data.draw(st.sampled_from(unsafe))
    method = data.draw(st.sampled_from(sorted(route.methods - {"GET"})))
    body = data.draw(st.binary(max_size=60) | json_values().map(orjson_or_null))
    kinds = ["application/json", "application/x-ndjson", "text/plain", "", "application/json; x"]
    packing = data.draw(st.sampled_from([{}, {"Content-Encoding": "gzip"}]))
    client = hostile_web.client(data.draw(st.sampled_from([owner, None])))
    kind = data.draw(st.sampled_from(kinds))
    check(client.open(route.address, method=method, data=body, content_type=kind, headers=packing))


@hostile
@given(data=st.data())
def test_any_event(hostile_web: Web, bot: str, data: st.DataObject) -> None:
    """Events with any values in any of their fields."""
    usual = [violation(), messages(), event("user", user_id="1", username="a")]
    usual += [event("guild"), event("appeal"), event("warning", user_id="1", level=1)]
    one = dict(data.draw(st.sampled_from(usual)))
    names = st.sampled_from(sorted(one)) | st.sampled_from(["count", "level", "rule", "status"])
    one |= data.draw(st.dictionaries(names, json_values(), max_size=3))
    body = orjson_or_null({"events": [one, violation()]})
    for path in ("/api/v1/ingest", "/api/ingest"):
        answer = hostile_web.client(bot).post(path, data=body, content_type="application/json")
        check(answer)


@hostile
@given(value=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40))
def test_any_header(hostile_web: Web, value: str) -> None:
    address = f"/api/servers/{GUILD}/metrics"
    names = "Authorization Cookie If-None-Match X-Request-Id Content-Type Accept Range Origin"
    for name in names.split():
        check(hostile_web.client().get(address, headers={name: value}))
    check(hostile_web.client().get(address, headers={"Authorization": f"Bearer {value}"}))
    check(hostile_web.client().get(address, headers={"Cookie": f"{COOKIE}={value}"}))


@pytest.mark.parametrize("path", ["/api/v1/auth/demo", "/api/v1/servers/select"])
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"role":' * 25_000, b"9" * 5_000, b"\xff"])
def test_bodies_that_python_chokes_on(hostile_web: Web, owner: str, path: str, body: bytes) -> None:
    answer = hostile_web.client(owner).post(path, data=body, content_type="application/json")
    check(answer)
    assert answer.status_code == 400


@pytest.mark.parametrize("limit", ["0", "51", "-1", "five", "", "00509", "0050" + "9" * 5_000, "٥"])
def test_limits_that_are_none(hostile_web: Web, owner: str, limit: str) -> None:
    address = f"/api/v1/servers/{GUILD}/rule-effectiveness"
    answer = hostile_web.client(owner).get(address, query_string={"limit": limit})
    check(answer)
    assert answer.status_code == 422
    assert list((answer.json or {})["errors"]) == ["limit"]


@pytest.fixture(scope="module")
def owner(hostile_web: Web) -> str:
    return hostile_web.api_token(role="owner")


@pytest.fixture(scope="module")
def bot(hostile_web: Web) -> str:
    return hostile_web.bot_token()


def orjson_or_null(value: object) -> bytes:
    """JSON of `value`; null where JSON has no such thing (a lone surrogate, a huge number)."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return b"null"
