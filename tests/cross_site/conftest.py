"""Modwatch, a browser that is logged in to it through Discord, and other sites."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copy
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.discord.server import Discord
from tests.parts import GUILD
from tests.servers.web import WebProcess


class _EvilPage(BaseHTTPRequestHandler):
    """An empty page without any policy: whatever it does is up to the test."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>evil</title><body></body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def evil_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _EvilPage)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def shared_discord() -> Iterator[Discord]:
    """Where Ada owns GUILD, and sits at every browser."""
    discord = Discord()
    discord.start()
    ada = discord.world.add_user(username="ada").id
    discord.world.add_guild(GUILD, owner_id=ada)
    discord.world.sign_in(ada)
    yield discord
    discord.stop()


@pytest.fixture(scope="module")
def modwatch(
    migrated_sqlite_file: Path, shared_discord: Discord, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebProcess]:
    folder = tmp_path_factory.mktemp("cross_site")
    file = copy(migrated_sqlite_file, folder / "modwatch.db")
    environment = shared_discord.settings() | {
        "MODWATCH_DATABASE_URL": f"sqlite:///{file}",
        "MODWATCH_REDIS_URL": "none",
        "MODWATCH_DEMO": "1",
        "MODWATCH_LOG_FORMAT": "json",
        # A login for each test, more of them in a minute than one address may have.
        "MODWATCH_RATE_LIMITS": "0",
    }
    process = WebProcess(folder, environment)
    shared_discord.world.allow_redirect(f"{process.url}/api/auth/callback")
    shared_discord.limits.lift()
    try:
        process.start()
        process.wait_until_up()
        yield process
    finally:
        process.stop()


@pytest.fixture
def context(browser: Browser, modwatch: WebProcess) -> Iterator[BrowserContext]:
    """A browser in which nobody has logged in."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def own_page(context: BrowserContext, modwatch: WebProcess) -> Page:
    """Modwatch's page, after a login by way of Discord's page."""
    page = context.new_page()
    page.goto(f"{modwatch.url}/api/auth/login")
    assert page.url == f"{modwatch.url}/"
    return page


@pytest.fixture(params=["127.0.0.1", "localhost"])
def evil_page(request: pytest.FixtureRequest, context: BrowserContext, evil_port: int) -> Page:
    """A page of another origin, in the same browser.

    For browsers it is the same site where only the port differs: they send the cookie along.
    """
    page = context.new_page()
    page.goto(f"http://{request.param}:{evil_port}/")
    return page
