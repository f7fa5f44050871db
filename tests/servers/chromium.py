"""The browser that tests look through."""

from pathlib import Path

import pytest

from tools.standins import chromium


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The program of a real Chromium; the test fails where there is none."""
    path = chromium()
    if path is None:
        pytest.fail("Chromium is missing: install the system package `chromium`")
    return path
