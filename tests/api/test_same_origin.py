"""What a cookie may do is asked for by our own page; what looks like a token proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from models.demo_guild import add_demo_guilds
from tests.parts import GUILD, Web, ingest, violation

EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
OLD_BROWSER = {"Origin": "https://evil.example"}
RULES = f"/api/v1/servers/{GUILD}/rules"
CSV = f"/api/v1/servers/{GUILD}/violations/export?format=csv"
MADE_UP = f"Bearer mw_{'x' * 43}"


@pytest.fixture
def owner(web_on_sqlite: Web) -> FlaskClient:
    """A browser with a login."""
    web = web_on_sqlite
    with web.parts.database.write() as connection:
        add_demo_guilds(connection, [(GUILD, 7)])
    ingest(web.bot(), violation())
    client = web.client()
    own = {"Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/v1/auth/demo", json={"role": "owner"}, headers=own).status_code == 200
    return client


@pytest.mark.parametrize("headers", [EVIL, OLD_BROWSER])
@pytest.mark.parametrize("authorization", [None, "", "x", "Basic eDp5", "Bearer", MADE_UP])
def test_a_foreign_write_is_refused_whatever_it_claims(
    owner: FlaskClient, headers: dict[str, str], authorization: str | None
) -> None:
    given = headers | ({} if authorization is None else {"Authorization": authorization})
    for method, path in (
        ("PUT", RULES),
        ("POST", "/api/v1/auth/logout"),
        ("POST", "/api/v1/auth/demo"),
        ("DELETE", "/api/v1/auth/sessions"),
        ("POST", "/api/v1/servers/select"),
    ):
        assert owner.open(path, method=method, json={}, headers=given).status_code == 403, path
    assert owner.get("/api/v1/auth/me").status_code == 200


def test_a_token_needs_no_page(web_on_sqlite: Web) -> None:
    client = web_on_sqlite.reader(role="admin")
    assert client.put(RULES, json={"rules": "Be kind."}, headers=EVIL).status_code == 200
    assert client.get(CSV, headers=EVIL).status_code == 200


def exports(web: Web) -> list[Any]:
    log = web.reader(role="owner").get(f"/api/v1/servers/{GUILD}/audit-log")
    return [one for one in (log.json or {})["entries"] if one["action"] == "violations.export"]


def test_no_other_site_makes_an_entry_in_the_readers_name(
    owner: FlaskClient, web_on_sqlite: Web
) -> None:
    for site in ("cross-site", "same-site"):
        for method in ("GET", "HEAD"):
            answer = owner.open(CSV, method=method, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 403
    assert exports(web_on_sqlite) == []
    for own in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert owner.get(CSV, headers=own).status_code == 200
    assert len(exports(web_on_sqlite)) == 3


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/api/v1//servers", "/api/v1/servers"),
        ("/api//servers?a=b", "/api/v1/servers?a=b"),
        ("/api/v1/auth//login", "/api/v1/auth/login"),
    ],
)
def test_no_redirect_leads_to_where_the_client_says_we_are(
    web_on_sqlite: Web, path: str, leads_to: str
) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    environ = {"PATH_INFO": path.partition("?")[0], "QUERY_STRING": path.partition("?")[2]}
    answer = web_on_sqlite.client().get("/", headers=headers, environ_overrides=environ)
    assert (answer.status_code, answer.headers["Location"]) == (308, leads_to)
    assert b"evil.example" not in answer.data.replace(leads_to.encode(), b"")
