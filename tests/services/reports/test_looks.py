"""A report's mail in a real browser: readable light and dark, on a phone, and asking nobody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from api.http.small_page import small_page
from services.reports.content import Content
from services.reports.message import picture_within
from tests.adapters.channels.reported import FILE, content
from tests.dashboard.test_accessible import complaints_of_axe

WIDE, PHONE, NARROW = 720, 390, 320


def shown(made: Content) -> str:
    """As a mail program shows it: the picture comes from the mail itself."""
    picture = f"data:image/png;base64,{b64encode(made.png).decode()}"
    return picture_within(made.html, picture)


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest, asked: list[str]) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param)
    made = context.new_page()
    made.on("request", lambda one: asked.append(one.url))
    made.set_content(shown(content(FILE, guild_name="The Lighthouse " * 9)))
    yield made
    context.close()


def test_axe_has_nothing_against_it(page: Page) -> None:
    for width in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        # An article within the page of a mail program: the landmarks are that page's.
        assert complaints_of_axe(page, within="[role=article]") == []


def test_it_is_never_wider_than_the_screen_and_at_most_600_px(page: Page) -> None:
    for width in (WIDE, PHONE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        surface: Any = page.locator(".surface").bounding_box()
        assert surface["width"] == min(width, 600)


def test_it_asks_nobody_for_anything(page: Page, asked: list[str]) -> None:
    assert page.evaluate("document.images[0].complete && document.images[0].naturalWidth") == 1100
    assert [url for url in asked if not url.startswith("data:")] == []


def test_the_page_of_the_way_out_is_as_readable(page: Page) -> None:
    said = f"This address gets reports “{'long' * 25}” of The Lighthouse."
    asked = small_page(200, "Stop this report?", said, "Stop this report", "stop")
    page.set_content(asked.get_data(as_text=True))
    page.set_viewport_size({"width": NARROW, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    assert complaints_of_axe(page) == []
