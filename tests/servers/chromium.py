"""The browser that tests look through."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tools.standins import CHROMIUM_ARGS, NO_CHROMIUM, chromium

# Fixtures whose tests speak to the browser; `sockets` asks for it where it is one.
BROWSERS = {"browser", "sockets"}


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The program of a real Chromium; the test fails where there is none."""
    path = chromium()
    if path is None:
        pytest.fail(NO_CHROMIUM)
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A running Chromium; Playwright drives no more than one at a time in a thread."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGS)


@pytest.fixture(autouse=True)
def no_loop_of_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let other tests run event loops: Playwright has one under way in their thread, ever after."""
    loop = asyncio._get_running_loop()
    if loop is None or BROWSERS & set(request.fixturenames):
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
