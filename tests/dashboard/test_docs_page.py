"""The page that describes the API: in both themes, by keyboard, with requests to try.

It takes the browser seconds to put it together: one that was opened once serves three tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboard.conftest import Visit, listened_to
from tests.dashboard.expecting import expect
from tests.servers.made import Made

PHONE = {"width": 360, "height": 740}
DOCS = "/api/v1/docs"
ACCOUNT = "#get-/api/v1/auth/me"
DARK, LIGHT = "rgb(22, 27, 34)", "rgb(245, 246, 248)"


@dataclass(frozen=True)
class Opened:
    """The page, as somebody without a login opens it who likes it dark."""

    page: Page
    colour: str  # right after it was opened
    asked: list[str]  # addresses, from the first one to the last that it needs
    heard: list[str]  # what the browser complains of


@pytest.fixture(scope="module")
def opened_once(browser: Browser, stack: Made) -> Iterator[Opened]:
    context = browser.new_context(base_url=stack.url, reduced_motion="reduce", color_scheme="dark")
    heard: list[str] = []
    asked: list[str] = []
    page = listened_to(context, heard).new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(DOCS, wait_until="networkidle")
    expect(page.get_by_text("Everything the dashboard shows")).to_be_visible()
    yield Opened(page, background(page), [*asked], heard)
    context.close()


@pytest.fixture
def opened(opened_once: Opened) -> Iterator[Opened]:
    yield opened_once
    assert opened_once.heard == []


def background(page: Page) -> str:
    return str(
        page.locator(".nav-bar").first.evaluate("one => getComputedStyle(one).backgroundColor")
    )


def test_a_route_is_found_by_what_is_typed(opened: Opened) -> None:
    routes = opened.page.locator(".nav-bar-path:visible")
    expect(routes.nth(1)).to_be_visible()
    opened.page.get_by_placeholder("Filter").fill("bulk-clear")
    opened.page.keyboard.press("Enter")
    expect(routes).to_have_count(1)


def test_a_request_is_tried_with_the_readers_own_login(visit: Visit) -> None:
    page = visit(role="viewer", color_scheme="light")
    page.goto(f"{DOCS}{ACCOUNT}")
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_text("Response Status: OK:200")).to_be_visible()
    assert background(page) == LIGHT


def test_it_follows_the_theme(opened: Opened) -> None:
    assert opened.colour == DARK
    bar = opened.page.locator(".nav-bar").first
    opened.page.emulate_media(color_scheme="light")
    expect(bar).to_have_css("background-color", LIGHT)
    opened.page.emulate_media(color_scheme="dark")
    expect(bar).to_have_css("background-color", DARK)


def test_a_request_can_be_tried_on_a_phone(visit: Visit) -> None:
    page = visit(f"{DOCS}{ACCOUNT}", role=None, viewport=PHONE)
    expect(page.get_by_role("button", name="Try")).to_be_in_viewport(ratio=1)
    page.wait_for_function(
        "width => document.documentElement.scrollWidth <= width", arg=PHONE["width"]
    )


def test_it_loads_nothing_from_elsewhere(opened: Opened) -> None:
    origin = opened.page.url.partition(DOCS)[0]
    assert all(url.startswith((f"{origin}/", "data:")) for url in opened.asked)
    assert f"{origin}/api/v1/openapi.json" in opened.asked
