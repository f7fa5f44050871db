"""Where a login ends: here, elsewhere, everywhere, and at Discord."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from api.http.cookies import COOKIE
from domain.windows import DAY_MS
from tests.login.site import FAILED, ME, REVOKE, TOKEN, Site, browser, logins_in, secret_of, status
from tests.parts import GUILD, Web

SOON_MS = 4_999


def sessions_of(client: FlaskClient) -> list[dict[str, Any]]:
    answer = client.get("/api/auth/sessions")
    assert answer.status_code == 200
    sessions: list[dict[str, Any]] = (answer.json or {})["sessions"]
    return sessions


def tokens_at_discord(site: Site, user_id: int) -> int:
    """How many access tokens of this person still work."""
    grants = site.discord.world.grants
    return sum(grant.user_id == user_id for grant in list(grants._by_access.values()))


def test_logging_out_ends_it_here_and_at_discord(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    secret = secret_of(client)
    assert (status(client), tokens_at_discord(site, ada)) == (200, 1)
    answer = client.post("/api/auth/logout")
    assert (answer.status_code, answer.json) == (200, {"success": True})
    assert client.get_cookie(COOKIE) is None
    assert status(browser(web, secret)) == 401
    assert (logins_in(web), tokens_at_discord(site, ada)) == (0, 0)
    assert site.discord.journal.count(REVOKE, 200) == 1


def test_it_is_over_in_other_processes_within_five_seconds(site: Site, web: Web, ada: int) -> None:
    secret, other = site.log_in(web, ada), site.web()
    assert status(browser(other, secret)) == 200
    browser(web, secret).post("/api/auth/logout")
    site.time_passes(SOON_MS)
    assert status(browser(other, secret)) == 401


def test_logging_out_leaves_the_other_devices(site: Site, web: Web, ada: int) -> None:
    """Discord ends all tokens of a person together, so it is told when the last one leaves."""
    phone, laptop = site.browser(web, ada), site.browser(web, ada)
    assert phone.post("/api/auth/logout").status_code == 200
    site.time_passes(120_000)
    assert (status(phone), status(laptop)) == (401, 200)
    assert site.discord.journal.count(REVOKE) == 0
    assert laptop.post("/api/auth/logout").status_code == 200
    assert tokens_at_discord(site, ada) == 0


def test_logging_out_without_a_login_is_fine(site: Site, web: Web) -> None:
    for secret in (None, "nonsense", "\xff"):
        answer = browser(web, secret).post("/api/auth/logout")
        assert (answer.status_code, answer.json) == (200, {"success": True})
    assert site.discord.journal.counts() == {}


def test_logging_out_while_discord_is_away(site: Site, web: Web, ada: int) -> None:
    secret = site.log_in(web, ada)
    for _ in range(2):
        site.discord.go_away()
        assert browser(web, secret).post("/api/auth/logout").status_code == 200
        site.discord.come_back()
        assert status(browser(web, secret)) == 401
    assert logins_in(web) == 0


def test_the_list_shows_each_login_once(site: Site, web: Web, ada: int) -> None:
    clients = []
    for agent in ("Firefox", "Chromium\x00", "x" * 500):
        client = browser(web)
        client.environ_base["HTTP_USER_AGENT"] = agent
        assert site.come_back(client, ada).headers["Location"] == "/"
        site.time_passes(1_000)
        clients.append(client)
    site.log_in(web, site.person("grace"))
    listed = sessions_of(clients[1])
    assert [one["user_agent"] for one in listed] == ["x" * 200, "Chromium", "Firefox"]
    assert [one["current"] for one in listed] == [False, True, False]
    assert set(listed[0]) == {"id", "user_agent", "created_at", "expires_at", "current"}
    assert len({one["id"] for one in listed}) == 3
    secrets = {secret_of(client) for client in clients}
    assert not any(secret in str(listed) for secret in secrets)


def test_ending_one_login(site: Site, web: Web, ada: int) -> None:
    here, there = site.browser(web, ada), site.browser(web, ada)
    other = site.web()
    assert status(browser(other, secret_of(there))) == 200
    (gone,) = [one["id"] for one in sessions_of(here) if not one["current"]]
    assert here.delete(f"/api/auth/sessions/{gone}").status_code == 200
    assert (status(here), status(there)) == (200, 401)
    site.time_passes(SOON_MS)
    assert status(browser(other, secret_of(there))) == 401
    assert here.delete(f"/api/auth/sessions/{gone}").status_code == 404
    assert tokens_at_discord(site, ada) == 2  # the other login needs what is revoked with them


def test_ending_the_last_login_by_the_list(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    (mine,) = sessions_of(client)
    assert client.delete(f"/api/auth/sessions/{mine['id']}").status_code == 200
    assert (status(client), logins_in(web), tokens_at_discord(site, ada)) == (401, 0, 0)


def test_nobody_ends_the_login_of_somebody_else(site: Site, web: Web, ada: int) -> None:
    client, mallory = site.browser(web, ada), site.browser(web, site.person("mallory"))
    (target,) = sessions_of(client)
    for id, expected in ((target["id"], 404), (str(uuid4()), 404), ("x", 400), ("1", 400)):
        assert mallory.delete(f"/api/auth/sessions/{id}").status_code == expected
    assert mallory.delete("/api/auth/sessions").json == {"ended": 1}
    assert (status(client), status(mallory)) == (200, 401)


def test_logging_out_everywhere(site: Site, web: Web, ada: int) -> None:
    clients = [site.browser(web, ada) for _ in range(4)]
    other, stranger = site.web(), site.browser(web, site.person("grace"))
    assert {status(browser(other, secret_of(client))) for client in clients} == {200}
    answer = clients[0].delete("/api/auth/sessions")
    assert (answer.status_code, answer.json) == (200, {"ended": 4})
    assert clients[0].get_cookie(COOKIE) is None
    assert {status(client) for client in clients} == {401}
    site.time_passes(SOON_MS)
    assert {status(browser(other, secret_of(client))) for client in clients[1:]} == {401}
    assert (status(stranger), tokens_at_discord(site, ada)) == (200, 0)


def test_everywhere_while_discord_is_away_asks_it_once(site: Site, web: Web, ada: int) -> None:
    clients = [site.browser(web, ada) for _ in range(4)]
    site.discord.faults.fail(REVOKE, 503, times=10)
    assert clients[0].delete("/api/auth/sessions").json == {"ended": 4}
    assert site.discord.journal.count(REVOKE) == 1
    assert logins_in(web) == 0


def test_tokens_and_bots_have_no_sessions(site: Site, web: Web, ada: int) -> None:
    site.log_in(web, ada)
    for client in (web.reader(GUILD, role="owner"), web.bot()):
        assert client.get("/api/auth/sessions").status_code == 403
        assert client.delete("/api/auth/sessions").status_code == 403
    assert logins_in(web) == 1


def test_a_login_lasts_seven_days(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    site.time_passes(7 * DAY_MS - 1)
    assert status(client) == 200
    site.time_passes(1)
    assert status(client) == 401
    assert status(browser(site.web(), secret_of(client))) == 401
    fresh = site.browser(web, ada)
    assert [one["current"] for one in sessions_of(fresh)] == [True]


def test_every_login_has_a_secret_of_its_own(site: Site, web: Web, ada: int) -> None:
    """Nobody can plant a cookie and wait for somebody to log in with it."""
    planted = "p" * 43
    client = browser(web, planted)
    assert site.come_back(client, ada).headers["Location"] == "/"
    assert secret_of(client) != planted
    assert status(browser(web, planted)) == 401


def test_a_failed_login_tells_nothing_but_that(site: Site, web: Web, ada: int) -> None:
    site.discord.faults.fail(ME, 500, body='{"message": "secret of Discord"}')
    answer = site.come_back(browser(web), ada)
    assert answer.headers["Location"] == FAILED
    assert b"secret of Discord" not in answer.data
    assert site.discord.journal.count(TOKEN, 200) == 1
