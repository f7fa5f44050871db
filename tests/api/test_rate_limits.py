"""Who asks too often is told to wait: by who was recognised, else by address, on every way in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import get_ident

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as engine_event

from domain.rate_limits import STRANGERS, Limit
from tests.api.contract import GUILD_PATH
from tests.parts import GUILD, Web, ingest, make_web, messages, settings_for, violation
from tests.servers.valkey import Valkey

MADE_UP = 600
METRICS = f"/api/v1/servers/{GUILD}/metrics"


@pytest.fixture
def limited(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    web = make_web(settings_for(sqlite_url, tmp_path, RATE_LIMITS="1"))
    yield web
    web.parts.close()


def ask(client: FlaskClient, secret: str, **headers: str) -> int:
    given = {"Authorization": f"Bearer {secret}", **headers}
    return client.get(METRICS, headers=given).status_code


class Statements:
    """How many a database was sent by this thread: by its requests, not by what runs beside."""

    def __init__(self, web: Web) -> None:
        self.count, self._thread = 0, get_ident()
        engine_event.listen(web.parts.database.engine, "before_cursor_execute", self._one_more)

    def _one_more(self, *_: object) -> None:
        self.count += get_ident() == self._thread


def test_a_caller_that_asks_too_often_is_told_to_wait(sqlite_url: str, tmp_path: Path) -> None:
    web = make_web(settings_for(sqlite_url, tmp_path, RATE_LIMITS="1"))
    client, statuses = web.client(), []
    for _ in range(70):
        answer = client.post("/api/v1/auth/demo", json={})
        statuses.append(answer.status_code)
    assert set(statuses) == {404, 429}
    assert statuses == sorted(statuses)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert (answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]) == ("60", "0")
    assert (answer.json or {})["title"] == "Too many requests"
    assert ingest(web.bot(), violation()).status_code == 202
    web.parts.close()


def test_all_processes_count_together_and_each_alone_without_redis(
    sqlite_url: str, valkey: Valkey, tmp_path: Path
) -> None:
    settings = settings_for(sqlite_url, tmp_path, valkey.url, RATE_LIMITS="1")
    webs = [make_web(settings, loops=True) for _ in range(2)]
    clients = [web.client() for web in webs]

    def ask(number: int) -> int:
        return clients[number % 2].post("/api/v1/auth/demo", json={}).status_code

    assert [ask(number) for number in range(61)] == [404] * 60 + [429]
    valkey.stop()
    assert {ask(number) for number in range(4)} == {404}
    for web in webs:
        web.parts.close()
    valkey.start()


def test_a_bot_that_sends_too_often_is_told_to_wait(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.rate_limits.INGESTS", Limit("ingests", 3))
    web = make_web(settings_for(sqlite_url, tmp_path, RATE_LIMITS="1"))
    bot, left = web.bot(), []
    while (answer := ingest(bot, violation())).status_code == 202:
        assert answer.headers["RateLimit-Limit"] == "3"
        left.append(int(answer.headers["RateLimit-Remaining"]))
        assert len(left) < 10
    assert left == [2, 1, 0]
    assert (answer.status_code, (answer.json or {})["title"]) == (429, "Too many requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert 1 <= int(answer.headers["RateLimit-Reset"]) <= 60
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert ingest(web.bot(), violation()).status_code == 202, "another bot"
    web.parts.close()


def test_made_up_tokens_are_counted_by_address_and_not_looked_up_for_ever(limited: Web) -> None:
    reader, client = limited.api_token(), limited.client()
    assert ask(client, reader) == 200
    statements = Statements(limited)
    answers = [ask(client, f"mw_{number:043}") for number in range(MADE_UP)]
    assert answers == [401] * STRANGERS.most + [429] * (MADE_UP - STRANGERS.most)
    assert statements.count <= 2 * STRANGERS.most
    # Others behind the same address go on, when what is known of them has to be looked up as well.
    limited.parts.access.forget()
    assert ask(client, reader) == 200
    limited.clock.advance(60_000)
    assert ask(client, f"mw_{'x' * 43}") == 401


def test_what_cannot_be_a_secret_is_not_looked_up(limited: Web) -> None:
    client = limited.client()
    ask(client, limited.api_token())
    statements = Statements(limited)
    for secret in ("", "mw_short", "mw_" + "x" * 44, "mw_" + "ö" * 43, "ö" * 4_000):
        assert ask(client, secret.encode().decode("latin-1")) == 401
    client.set_cookie("modwatch_session", "nonsense")
    assert client.get(METRICS).status_code == 401
    assert statements.count == 0


def test_each_is_counted_for_itself_wherever_it_comes_from(limited: Web) -> None:
    """Neither a new address nor another spelling of the header makes a new caller."""
    token = limited.api_token()
    for remaining, form in ((1_199, "Bearer {}"), (1_198, "bearer {}"), (1_197, "Bearer  {}")):
        client = limited.client()
        client.environ_base["REMOTE_ADDR"] = f"198.51.100.{remaining % 256}"
        answer = client.get(METRICS, headers={"Authorization": form.format(token)})
        assert answer.headers["RateLimit-Remaining"] == str(remaining)
    other = limited.client(limited.api_token()).get(METRICS)
    assert other.headers["RateLimit-Remaining"] == "1199"


def test_people_of_one_ipv6_network_are_one(limited: Web) -> None:
    client = limited.client()
    for number in range(3):
        client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2::{number}"
        answer = client.post("/api/v1/auth/demo", json={})
    assert answer.headers["RateLimit-Remaining"] == "57"


@pytest.mark.parametrize(("trusted", "last"), [("127.0.0.0/8", 404), ("", 429)])
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_a_proxy_is_not_everybody(
    sqlite_url: str, tmp_path: Path, trusted: str, last: int, header: str
) -> None:
    """Of a proxy that is not ours the header is dropped: it might be anybody's."""
    more = {"RATE_LIMITS": "1", "TRUSTED_PROXIES": trusted}
    web = make_web(settings_for(sqlite_url, tmp_path, **more))
    client = web.client()
    for number in range(61):
        address = f"198.51.100.{number}"
        told = f"for={address}" if header == "Forwarded" else address
        answer = client.post("/api/v1/auth/demo", json={}, headers={header: told})
    assert answer.status_code == last
    web.parts.close()


def test_the_quick_way_is_counted_as_the_other(
    limited: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("domain.rate_limits.READS", "api.fast_reads.READS"):
        monkeypatch.setattr(place, Limit("reads", 4))
    ingest(limited.bot(), messages())
    limited.materialise()
    quick, by_route = (limited.client(limited.api_token()) for _ in range(2))
    token = quick.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    by_route.environ_base["HTTP_AUTHORIZATION"] = f"Bearer  {token}"
    answers = [client.get(METRICS) for client in (by_route, quick, by_route, quick, quick)]
    assert [one.status_code for one in answers] == [200] * 4 + [429]
    assert [one.headers["RateLimit-Remaining"] for one in answers] == ["3", "2", "1", "0", "0"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].content_type == "application/problem+json"


def test_no_address_is_without_a_limit(limited: Web) -> None:
    """What is below /api/ says where one stands, whatever the answer is."""
    client = limited.client()
    for path in ("/api/v1/config", "/api/v1/nothing", "/api/v1/servers", "/api/v1/openapi.json"):
        assert "RateLimit-Remaining" in client.get(path).headers, path
    assert "RateLimit-Remaining" in client.put(f"{GUILD_PATH}/rules").headers
    refused = client.post("/api/v1/auth/demo", headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, "RateLimit-Remaining" in refused.headers) == (403, True)
