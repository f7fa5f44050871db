"""Served below a path: with it on the way in or without, and always with it on the way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.parts import GUILD, Web, ingest, make_web, messages, settings_for

OWN = {"Sec-Fetch-Site": "same-origin"}
DISCORD = {"DISCORD_CLIENT_ID": "1", "DISCORD_CLIENT_SECRET": "2"}


@pytest.fixture
def below(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    public = {"PUBLIC_URL": "http://mod.example/tools/modwatch/", "DEMO": "1"}
    web = make_web(settings_for(sqlite_url, tmp_path, **public, **DISCORD))
    yield web
    web.parts.close()


@pytest.fixture(params=["", "/tools/modwatch"], ids=["stripped", "passed on"])
def prefix(request: pytest.FixtureRequest) -> str:
    """What a proxy leaves of the path."""
    return str(request.param)


@pytest.fixture
def client(below: Web) -> FlaskClient:
    return below.client()


def test_cookies_are_for_that_path_and_come_back(client: FlaskClient, prefix: str) -> None:
    answer = client.post(f"{prefix}/api/auth/demo", json={"role": "viewer"}, headers=OWN)
    assert "Path=/tools/modwatch/;" in answer.headers["Set-Cookie"]
    client.set_cookie("modwatch_session", answer.headers["Set-Cookie"].split("=")[1].split(";")[0])
    assert client.get(f"{prefix}/api/v1/auth/me").status_code == 200
    left = client.post(f"{prefix}/api/v1/auth/logout", headers=OWN)
    assert "Path=/tools/modwatch/" in left.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/violations?guild=1", "/tools/modwatch/?guild=1#violations"),
        ("/api/v1//servers", "/tools/modwatch/api/v1/servers"),
        ("/api/v1/auth/callback?code=x&state=y", "/tools/modwatch/?error=auth_failed"),
    ],
)
def test_redirects_stay_below_it(
    client: FlaskClient, prefix: str, path: str, leads_to: str
) -> None:
    assert client.get(prefix + path).headers["Location"] == leads_to


def test_the_path_itself_is_the_page(client: FlaskClient) -> None:
    answer = client.get("/tools/modwatch")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/tools/modwatch/")
    assert client.get("/tools/modwatching").status_code == 404


def test_discord_sends_people_back_to_it(client: FlaskClient, prefix: str) -> None:
    location = client.get(f"{prefix}/api/auth/login").headers["Location"]
    assert "redirect_uri=http%3A%2F%2Fmod.example%2Ftools%2Fmodwatch%2Fapi%2F" in location


def test_documents_and_links_name_it(below: Web, prefix: str) -> None:
    client = below.client()
    document = client.get(f"{prefix}/api/v1/openapi.json").get_json()
    assert document["servers"] == [{"url": "/tools/modwatch"}]
    reader, place = below.reader(), f"servers/{GUILD}/metrics"
    ingest(below.bot(), messages())
    below.materialise()
    for source in ("snapshot", "local"):
        answer = reader.get(f"{prefix}/api/{place}")
        assert answer.headers["X-Cache"] == source
        assert answer.headers["Link"].startswith(f"</tools/modwatch/api/v1/{place}>")
        assert reader.get(f"{prefix}/api/v1/{place}").status_code == 200
