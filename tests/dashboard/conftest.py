"""The real stack with its demo guilds, and a real browser that looks at it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.servers.made import Made

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A whole `make run` with demo guilds."""
    made = Made(tmp_path_factory.mktemp("stack"), MODWATCH_DEMO="1")
    made.start()
    try:
        made.wait_until_up()
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
def visit(browser: Browser, stack: Made, complaints: list[str]) -> Iterator[Visit]:
    """Open `path` in a new browser session; `role` enters the demo, None stays logged out."""
    contexts = []

    def open_page(path: str = "/", role: str | None = "moderator", **options: object) -> Page:
        context = browser.new_context(base_url=stack.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _listen(message.text, complaints))
        page.goto(path)
        if role is not None:
            page.get_by_role("button", name=role.capitalize()).click()
            page.locator("modwatch-chart canvas").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


def _listen(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text:
        complaints.append(text)
