"""Processes as in production, whose requests are greenlets; and what they log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from adapters.database import Database
from api.http.cookies import COOKIE
from domain.windows import MINUTE_MS
from services.container import system_clock
from tests.discord.server import Discord
from tests.login.processes import WRITE, come_back, log_in, make_token, prepare
from tests.login.site import GUILDS, MEMBER, TOKEN, assert_absent, at_once, secrets_of
from tests.parts import GUILD
from tests.servers.valkey import Valkey
from tests.servers.web import WebProcess

SECRET_KEY = "the secret key of both processes, which is long enough"


@pytest.fixture
def processes(
    database_url: str, discord: Discord, tmp_path: Path, valkey: Valkey
) -> Iterator[list[WebProcess]]:
    environment = discord.settings() | {
        "MODWATCH_DATABASE_URL": database_url.replace("postgresql+psycopg", "postgresql"),
        "MODWATCH_REDIS_URL": valkey.url,
        "MODWATCH_SECRET_KEY": SECRET_KEY,
        "MODWATCH_LOG_LEVEL": "debug",
        "MODWATCH_LOG_FORMAT": "json",
    }
    made = [WebProcess(tmp_path, environment) for _ in range(2)]
    try:
        for process in made:
            process.start()
        for process in made:
            process.wait_until_up()
        yield made
    finally:
        for process in made:
            process.stop()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def test_greenlets_ask_once_refresh_once_and_log_no_secret(
    processes: list[WebProcess], discord: Discord, database: Database
) -> None:
    urls, grace = [process.url for process in processes], prepare(discord, processes)
    discord.limits.lift()
    set_moderators(database, urls[0], discord)
    secret, seen = log_in(discord, urls[0], grace)
    assert roles(urls, secret, 50) == {"moderator"}
    assert (discord.journal.count(GUILDS), discord.journal.count(MEMBER)) == (1, 1)

    second, more = log_in(discord, urls[1], grace)
    seen |= more | secrets_of(discord)
    come_near_the_end(database)
    assert roles(urls, second, 20) == {"moderator"}
    assert (discord.journal.count(GUILDS), discord.journal.count(TOKEN)) == (2, 3)

    seen |= secrets_of(discord) | {secret, second, SECRET_KEY}
    discord.faults.fail(TOKEN, 500)
    with httpx.Client(base_url=urls[0], cookies={COOKIE: second}, headers=WRITE) as client:
        assert come_back(discord, client, grace)[0] == "/?error=auth_failed"
        assert client.post("/api/auth/logout").status_code == 200
    logged = "".join(process.log() for process in processes)
    assert "login_failed" in logged
    assert "/api/v1/auth/callback" in logged
    assert_absent(seen, logged)


def set_moderators(database: Database, url: str, discord: Discord) -> None:
    role_id = max(discord.world.guilds[GUILD].roles)
    token = make_token(database, "admin")
    answer = httpx.put(
        f"{url}/api/v1/servers/{GUILD}/config",
        json={"mod_role_id": str(role_id)},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200


def roles(urls: list[str], secret: str, count: int) -> set[str]:
    """The roles in GUILD that so many requests at once are told."""

    def ask(number: int) -> str:
        with httpx.Client(cookies={COOKIE: secret}, timeout=60) as client:
            answer = client.get(f"{urls[number % 2]}/api/servers")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["servers"][0]["role"])

    return set(at_once(count, ask))


def come_near_the_end(database: Database) -> None:
    """Tokens end soon, and what is known of people is old."""
    soon = {"soon_ms": system_clock() + 30 * MINUTE_MS}
    with database.write() as connection:
        connection.execute(text("UPDATE login_sessions SET token_expires_ms = :soon_ms"), soon)
        connection.execute(text("UPDATE memberships SET fetched_ms = 0"))
