"""No secret that anybody sends, rightly or wrongly, is logged: whatever goes wrong meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from api.http.cookies import COOKIE
from domain.clock import rfc3339
from services.container import system_clock
from tests.parts import GUILD, event, make_web, settings_for, violation
from tests.servers.web import PATIENCE_SECONDS, WebProcess

ADDRESS = f"/api/v1/servers/{GUILD}"
EARLIER = f"/api/servers/{GUILD}"
# What answers are made from, then what callers are known by: in another type nothing expects them.
SPOILT = (
    {"violations": "guild_id", "guild_rules": "rules", "audit_log": "action"},
    {"access_tokens": "secret_hash", "login_sessions": "secret_hash"},
)


class Secrets:
    """What must not be seen, by what it is."""

    def __init__(self, database_url: str, folder: Path) -> None:
        web = make_web(settings_for(database_url, folder))
        self.api, self.bot = web.api_token(role="owner"), web.bot_token()
        web.parts.close()
        self.key, self.client, self.metrics = (token_urlsafe(32) for _ in range(3))
        self.code, self.state, self.search, self.webhook = (token_urlsafe(32) for _ in range(4))
        self.cookies: list[str] = []

    def all(self) -> list[str]:
        return [*(one for one in vars(self).values() if isinstance(one, str)), *self.cookies]

    def environment(self, database_url: str, log_format: str) -> dict[str, str]:
        return {
            "MODWATCH_DATABASE_URL": database_url,
            "MODWATCH_REDIS_URL": "none",
            "MODWATCH_DEMO": "1",
            "MODWATCH_LOG_LEVEL": "debug",
            "MODWATCH_LOG_FORMAT": log_format,
            "MODWATCH_SECRET_KEY": self.key,
            "MODWATCH_METRICS_TOKEN": self.metrics,
            "MODWATCH_DISCORD_CLIENT_ID": "1",
            "MODWATCH_DISCORD_CLIENT_SECRET": self.client,
            # Nobody listens there.
            "MODWATCH_DISCORD_API_URL": "http://127.0.0.1:9",
        }


@pytest.fixture
def secrets(postgres_url: str, tmp_path: Path) -> Secrets:
    return Secrets(postgres_url, tmp_path)


@pytest.fixture(params=["json", "console"])
def process(
    request: pytest.FixtureRequest, postgres_url: str, secrets: Secrets, tmp_path: Path
) -> Iterator[WebProcess]:
    made = WebProcess(tmp_path, secrets.environment(postgres_url, request.param))
    made.start()
    yield made
    made.stop()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def use_rightly(client: httpx.Client, secrets: Secrets) -> None:
    now = rfc3339(system_clock())
    events = [violation() | {"timestamp": now}, event("guild", name="x") | {"timestamp": now}]
    client.post("/api/v1/ingest", json={"events": events}, headers=bearer(secrets.bot))
    client.get("/metrics", headers=bearer(secrets.metrics))
    for name in ("metrics", "overview", "violations", "tokens", "rules", "warnings", "audit-log"):
        client.get(f"{ADDRESS}/{name}", headers=bearer(secrets.api))
    made = client.post(
        f"{ADDRESS}/tokens", json={"name": "x", "role": "viewer"}, headers=bearer(secrets.api)
    )
    if made.status_code == 201:
        secrets.cookies.append(made.json()["token"])
    hook = {"discord_webhook_url": f"https://discord.com/api/webhooks/1/{secrets.webhook}"}
    preferences = f"{ADDRESS}/notification-preferences"
    client.put(preferences, json=hook, headers=bearer(secrets.api))
    with httpx.Client(base_url=client.base_url, timeout=PATIENCE_SECONDS) as person:
        person.post("/api/v1/auth/demo", json={"role": "owner"})
        person.get("/api/v1/auth/login")
        there = {"code": secrets.code, "state": secrets.state}
        person.get("/api/v1/auth/callback", params=there)
        secrets.cookies += [one for one in dict(person.cookies).values() if one]
        person.get("/api/v1/auth/sessions")
        ticket: Any = person.post("/api/v1/ws-ticket", headers={"Origin": str(client.base_url)})
        if ticket.status_code == 200:
            secrets.cookies.append(ticket.json()["ticket"])
            person.get("/ws", params={"ticket": ticket.json()["ticket"]})


def use_wrongly(client: httpx.Client, secrets: Secrets) -> None:
    for secret in (secrets.api, *secrets.cookies[:1]):
        asked = {"token": secret, "access_token": secret, "ticket": secret, "period": secret}
        asked |= {"limit": secret, "cursor": secret, "since": secret, "user_id": secret}
        for name in ("metrics", "violations", "violations/export", "audit-log", "access-log"):
            for address in (ADDRESS, EARLIER):  # one refuses what it does not know
                client.get(f"{address}/{name}", params=asked, headers=bearer(secrets.api))
                client.get(
                    f"{address}/{name}", params={"q": secrets.search}, headers=bearer(secret)
                )
        for path in (f"/{secret}", f"/api/v1/servers/{secret}/metrics", f"{ADDRESS}/{secret}"):
            client.get(path, headers=bearer(secrets.api))
        for path in (f"violations/{secret}", f"warnings/{secret}", f"tokens/{secret}"):
            client.delete(f"{ADDRESS}/{path}", headers=bearer(secrets.api))
        odd = {"X-Request-Id": secret, "Authorization": f"Basic {secret}", "Referer": f"/?{secret}"}
        client.get(f"{ADDRESS}/rules", headers=odd)
        client.get("/metrics", headers=bearer(secret))
        cookie = {"Cookie": f"{COOKIE}={secret}; other={secret}", "User-Agent": secret}
        client.get("/api/v1/auth/me", headers=cookie)
        client.post("/api/v1/auth/logout", headers=cookie)
        body = {"rules": [secret], secret: secret, "events": [{"id": secret, "type": secret}]}
        for path in (f"{ADDRESS}/rules", f"{ADDRESS}/config", "/api/v1/ingest"):
            for who in (secrets.api, secrets.bot):
                client.request("PUT", path, json=body, headers=bearer(who))
                client.post(path, json=body, headers=bearer(who))
                client.post(path, content=secret.encode(), headers=bearer(who))
        client.request(secret[:20], f"{ADDRESS}/rules", headers=bearer(secret))


def send_raw(process: WebProcess, secrets: Secrets) -> None:
    """What is no HTTP at all."""
    for secret in (secrets.api, secrets.search):
        for lines in (
            f"GET / HTTP/1.1\r\nAuthorization Bearer {secret}\r\n\r\n",
            f"GET / HTTP/1.1\r\nAuthorization : Bearer {secret}\r\n\r\n",
            f"GET / HTTP/1.1\r\nCookie\x00: {secret}\r\n\r\n",
            f"GET /?token={secret} HTTP/9.1\r\n\r\n",
            f"GET /?token={secret}\r\n\r\n",
            f"{secret} / HTTP/1.1\r\n\r\n",
            f"POST / HTTP/1.1\r\nContent-Length: {secret}\r\n\r\n",
            f"POST / HTTP/1.1\r\nTransfer-Encoding: {secret}\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", process.port)) as connection:
                connection.sendall(lines.encode())
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass


def spoil(columns: dict[str, str], database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for table, name in columns.items():
            change = f"ALTER COLUMN {name} TYPE bytea USING {name}::text::bytea"
            connection.execute(text(f"ALTER TABLE {table} {change}"))
    engine.dispose()


def test_no_secret_is_logged(process: WebProcess, secrets: Secrets, postgres_url: str) -> None:
    with httpx.Client(base_url=process.url, timeout=PATIENCE_SECONDS) as client:
        use_rightly(client, secrets)
        use_wrongly(client, secrets)
        send_raw(process, secrets)
        for columns in SPOILT:
            spoil(columns, postgres_url)
            use_rightly(client, secrets)
            use_wrongly(client, secrets)
    process.stop()
    log = process.log()
    assert log.count("\n") > 200
    assert log.count("Traceback") > 20
    assert secrets.cookies
    for secret in secrets.all():
        place = log.find(secret)
        assert place < 0, log[max(place - 300, 0) : place + 60]
