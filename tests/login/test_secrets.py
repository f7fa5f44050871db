"""No secret of a login lies in the clear: not in the database, in Redis, or in an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from api.http.cookies import session_cookie
from api.routes.auth import HANDSHAKE_COOKIE
from domain.windows import DAY_MS, MINUTE_MS
from services.accounts.handshakes import HANDSHAKE_SECONDS
from tests.discord.server import Discord
from tests.login.site import TOKEN, Site, assert_absent, browser, secret_of, secrets_of, status
from tests.parts import GUILD, Web
from tests.servers.valkey import Valkey

# An index of SQLite that cannot be listed: what it has lies in tables of their own, which can.
NOT_LISTED = {"violation_text_trigrams"}
ALMOST_OVER_MS = 7 * DAY_MS - 30 * MINUTE_MS


@pytest.fixture
def whole_site(
    database_url: str, discord: Discord, tmp_path: Path, valkey: Valkey
) -> Iterator[Site]:
    made = Site(discord, database_url, tmp_path, valkey.url)
    yield made
    made.close()


def stored_text(web: Web) -> str:
    """Every column of every row of every table."""
    with web.parts.database.read() as connection:
        tables = set(inspect(connection).get_table_names()) - NOT_LISTED
        rows = [row for name in tables for row in connection.execute(text(f"SELECT * FROM {name}"))]
    return repr(rows)


def redis_text(valkey: Valkey) -> str:
    with valkey.client() as client:
        keys = list(client.scan_iter())
        return repr([(key, client.dump(key)) for key in keys])


def test_no_secret_is_stored_in_the_clear(whole_site: Site, valkey: Valkey, tmp_path: Path) -> None:
    site, web = whole_site, whole_site.web()
    ada = site.person()
    site.discord.world.add_guild(GUILD, owner_id=ada)
    client, seen = site.browser(web, ada), secrets_of(site.discord)
    assert status(client) == 200
    site.time_passes(ALMOST_OVER_MS)
    assert status(client) == 200
    assert site.discord.journal.count(TOKEN, 200) == 2
    made = client.post(f"/api/v1/servers/{GUILD}/tokens", json={"name": "x", "role": "viewer"})
    ticket = client.post("/api/v1/ws-ticket").json or {}
    seen |= secrets_of(site.discord) | {
        site.settings.secret_key,
        secret_of(client),
        (made.json or {})["token"],
    }
    stored = stored_text(web)
    assert "login_sessions" not in stored
    assert str(ada) in stored
    assert_absent(seen, stored)
    assert_absent(seen | {ticket["ticket"]}, stored)
    assert_absent(seen, redis_text(valkey))
    files = [path for path in tmp_path.iterdir() if path.is_file() and path.name != "secret_key"]
    for path in files:  # SQLite's file and its log, with what was written over
        assert_absent(seen, path.read_bytes().decode("latin-1"))


def test_no_answer_shows_a_secret(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    addresses = ("auth/me", "auth/sessions", "servers", "config", f"servers/{GUILD}/tokens")
    answers = "".join(str(client.get(f"/api/v1/{one}").data) for one in addresses)
    assert str(ada) in answers
    assert_absent(secrets_of(site.discord) | {secret_of(client)}, answers)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookies_are_for_this_site_alone(site: Site, ada: int, scheme: str) -> None:
    secure = replace(site.settings, public_url=f"{scheme}://127.0.0.1:8000")
    site.discord.world.allow_redirect(f"{secure.public_url}/api/auth/callback")
    client = browser(site.web(secure))
    begun = client.get("/api/auth/login", base_url=secure.public_url)
    back = site.agree(begun.headers["Location"], ada)
    ended = client.get(back, base_url=secure.public_url)
    assert ended.headers["Location"] == "/"
    given = {
        cookie.partition("=")[0]: {part.strip() for part in cookie.split(";")[1:]}
        for answer in (begun, ended)
        for cookie in answer.headers.getlist("Set-Cookie")
        if "Max-Age=0" not in cookie
    }
    flags = {"HttpOnly", "SameSite=Lax", "Path=/", *(["Secure"] if scheme == "https" else [])}
    ages = {session_cookie(secure): 7 * DAY_MS // 1000, HANDSHAKE_COOKIE: HANDSHAKE_SECONDS}
    assert set(given) == set(ages)
    for name, attributes in given.items():
        kept = {part for part in attributes if not part.startswith("Expires=")}
        assert kept == flags | {f"Max-Age={ages[name]}"}, name
