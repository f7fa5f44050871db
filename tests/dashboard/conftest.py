"""The real stack with its demo guilds and a Discord, and a real browser that looks at it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.discord.server import Discord
from tests.servers.made import Made

Visit = Callable[..., Page]
# Far more than anything takes, also on a busy machine; a hang should still end, and say why.
PATIENCE_MS = 90_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def town() -> Iterator[Discord]:
    """The Discord whose people can log in; tests add them, and guilds that only they see."""
    discord = Discord()
    discord.limits.lift()
    discord.start()
    yield discord
    discord.stop()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, town: Discord) -> Iterator[Made]:
    """A whole `make run` with demo guilds, and no bot token: names stay as tests give them."""
    # All tests are one address: on a fast machine they log in more often than one may.
    known = town.settings() | {"MODWATCH_DEMO": "1", "MODWATCH_RATE_LIMITS": "0"}
    made = Made(
        tmp_path_factory.mktemp("stack"),
        **{name: text for name, text in known.items() if not name.endswith("BOT_TOKEN")},
    )
    made.start()
    try:
        town.world.allow_redirect(f"{made.wait_until_up()}/api/auth/callback")
        yield made
    finally:
        made.end()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complains of: script errors and refusals by the content security policy."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def contexts(
    browser: Browser, stack: Made, complaints: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """New browser sessions, which are listened to; nothing moves in them unless asked for.

    What slides in has to stand before it can be clicked.
    """
    opened = []

    def open_context(**options: object) -> BrowserContext:
        chosen: dict[str, Any] = {"reduced_motion": "reduce"} | options
        context = browser.new_context(base_url=stack.url, **chosen)
        opened.append(listened_to(context, complaints))
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def visit(contexts: Callable[..., BrowserContext]) -> Visit:
    """Open `path` in a new browser session; `role` enters the demo, None stays logged out."""

    def open_page(path: str = "/", role: str | None = "moderator", **options: object) -> Page:
        page = contexts(**options).new_page()
        page.goto(path)
        if role is not None:
            page.get_by_role("button", name=role.capitalize()).click()
            page.locator("modwatch-chart canvas").first.wait_for()
        return page

    return open_page


@pytest.fixture
def found(contexts: Callable[..., BrowserContext], town: Discord) -> Visit:
    """Open the page as a new person of Discord, the owner of a new guild `named` so.

    Nobody else sees that guild and nothing happens in it, unless the test makes it happen.
    """

    def open_page(path: str = "/", named: str = "The Lighthouse", **options: object) -> Page:
        world = town.world
        person = world.add_user(username="ada", global_name="Ada").id
        world.add_guild(name=named, owner_id=person, bot=False)
        world.sign_in(person)
        page = contexts(**options).new_page()
        page.goto("/api/auth/login")
        page.locator("modwatch-chart canvas").first.wait_for()
        if path != "/":
            page.goto(path)
            page.locator("modwatch-chart canvas").first.wait_for()
        return page

    return open_page


def listened_to(context: BrowserContext, complaints: list[str]) -> BrowserContext:
    context.on("weberror", lambda problem: complaints.append(str(problem.error)))
    context.on("console", lambda message: _listen(message.text, complaints))
    context.on("dialog", lambda dialog: _refuse(dialog, complaints))
    context.set_default_timeout(PATIENCE_MS)
    return context


def _refuse(dialog: Dialog, complaints: list[str]) -> None:
    complaints.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _listen(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text:
        complaints.append(text)
