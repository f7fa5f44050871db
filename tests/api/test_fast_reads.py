"""The quick way (api/fast_reads.py) answers exactly as the routes do: status, headers, body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import fast_reads
from tests.api.routes import SNAPSHOT_READS
from tests.parts import GUILD, Web, ingest, make_web, messages, settings_for, violation
from tests.servers.valkey import Valkey

PREFIXES = ("/api/v1", "/api")
# A space around the value is all it takes for the quick way to leave a request to the routes,
# and makes no difference to them.
QUICK, BY_ROUTE = "Bearer {}", "Bearer  {}"


@pytest.fixture
def web(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Web]:
    """With limits; who a caller is stays known, however long a test takes."""
    settings = settings_for(database_url, tmp_path, valkey.url, RATE_LIMITS="1")
    made = make_web(settings, timer=lambda: 0.0)
    yield made
    made.parts.close()


@pytest.fixture
def token(web: Web) -> str:
    """A reader's token, in a process that has every snapshot of its guild."""
    ingest(web.bot(), violation(), violation(user_id="42"), messages(count=90))
    web.materialise()
    token = web.api_token()
    for read in SNAPSHOT_READS:
        assert web.client(token).get(f"/api/v1/servers/{GUILD}/{read}").status_code == 200
    return token


def ask(
    client: FlaskClient, form: str, token: str, address: str, more: Mapping[str, str]
) -> TestResponse:
    headers = {"Authorization": form.format(token), "X-Request-Id": "the-same", **more}
    return client.get(address, headers=headers)


def shown(answer: TestResponse, *, later: int = 0) -> tuple[str, list[tuple[str, str]], bytes]:
    """With what was left of the limit `later` requests ago."""
    headers = dict(answer.headers)
    headers["RateLimit-Remaining"] = str(int(headers["RateLimit-Remaining"]) + later)
    return answer.status, sorted(headers.items()), answer.data


@pytest.mark.parametrize("prefix", PREFIXES)
def test_both_ways_answer_alike(web: Web, token: str, prefix: str) -> None:
    client = web.client()
    for read in SNAPSHOT_READS:
        address = f"{prefix}/servers/{GUILD}/{read}"
        version = client.get(address, headers={"Authorization": f"Bearer {token}"}).headers["ETag"]
        for tag in (None, version, f"W/{version}", f'"x", {version}', "*", '"x"', "", "garbage"):
            more = {} if tag is None else {"If-None-Match": tag}
            by_route = ask(client, BY_ROUTE, token, address, more)
            quick = ask(client, QUICK, token, address, more)
            assert shown(quick, later=1) == shown(by_route), (read, tag)
            assert quick.headers["X-Cache"] == "local", read
            unchanged = tag is not None and (version in tag or tag == "*")
            assert quick.status_code == (304 if unchanged else 200), (read, tag)


def test_the_quick_way_is_taken(web: Web, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the routes, only what is answered before them is answered at all."""
    quick_ones = [read for read in SNAPSHOT_READS if not read.startswith("rule-effectiveness")]
    client = web.client()
    monkeypatch.setattr(web.app, "full_dispatch_request", lambda: pytest.fail("went to a route"))
    for read in quick_ones:
        for prefix in PREFIXES:
            answer = ask(client, QUICK, token, f"{prefix}/servers/{GUILD}/{read}", {})
            assert answer.status_code == 200, read


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/servers/701/metrics", 403),
        ("/api/v1/servers/0/metrics", 400),
        (f"/api/v1/servers/{GUILD}/metrics?period=year", 422),
        (f"/api/v1/servers/{GUILD}/metrics?period=day&period=year", 200),
        (f"/api/v1/servers/{GUILD}/metrics?period", 422),
        (f"/api/v1/servers/0{GUILD}/metrics", 200),
        (f"/api/v1/servers/{GUILD}/metrics/", 404),
        (f"/api/v1//servers/{GUILD}/metrics", 308),
        (f"/api/v1/servers/{GUILD}/nothing", 404),
    ],
)
def test_odd_addresses_are_answered_alike(web: Web, token: str, address: str, status: int) -> None:
    client = web.client()
    by_route = ask(client, BY_ROUTE, token, address, {})
    assert by_route.status_code == status
    assert shown(ask(client, QUICK, token, address, {}), later=1) == shown(by_route)


def test_nobody_gets_in_by_the_quick_way(web: Web, token: str) -> None:
    client, address = web.client(), f"/api/v1/servers/{GUILD}/metrics"
    assert client.get(address).status_code == 401
    for form in ("Bearer {}x", "Basic {}", "{}", "Bearer", "bearer{}"):
        answer = client.get(address, headers={"Authorization": form.format(token)})
        assert answer.status_code == 401, form
    client.set_cookie("modwatch_session", token)
    assert client.get(address).status_code == 401
    elsewhere = web.reader(GUILD + 1)
    elsewhere.get(f"/api/v1/servers/{GUILD + 1}/metrics")
    assert elsewhere.get(address).status_code == 403
    bot = web.bot(GUILD)
    ingest(bot, messages())
    assert bot.get(address).status_code == 403


def test_other_methods_are_left_to_the_routes(web: Web, token: str) -> None:
    client, address = web.client(token), f"/api/v1/servers/{GUILD}/metrics"
    head = client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(client.get(address).data))
    assert client.post(address).status_code == 405


def test_what_nobody_asks_for_is_not_kept(web: Web) -> None:
    """Addresses are remembered by their words: long ones of strangers would fill the memory."""
    client = web.client()
    before = fast_reads._parsed.cache_info().currsize
    for number in range(20):
        query = f"period={number:03900}"
        assert client.get(f"/api/v1/servers/{GUILD}/metrics?{query}").status_code == 401
        client.get(f"/api/v1/servers/{GUILD}/{number:03900}")
    assert fast_reads._parsed.cache_info().currsize == before
