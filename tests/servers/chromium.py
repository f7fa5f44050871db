"""The browser that tests look through."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tools.standins import CHROMIUM_ARGS, chromium


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The program of a real Chromium; the test fails where there is none."""
    path = chromium()
    if path is None:
        pytest.fail("Chromium is missing: install the system package `chromium`")
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A running Chromium; Playwright drives no more than one at a time in a thread."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGS)
