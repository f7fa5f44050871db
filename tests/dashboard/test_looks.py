"""Themes and narrow screens."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visit

PHONE = {"width": 320, "height": 640}
DARK, LIGHT = "rgb(15, 18, 23)", "rgb(245, 246, 248)"


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.parametrize(("scheme", "color"), [("dark", DARK), ("light", LIGHT)])
def test_the_system_theme_is_followed(visit: Visit, scheme: str, color: str) -> None:
    assert background(visit(role=None, color_scheme=scheme)) == color


def test_a_chosen_theme_is_kept(visit: Visit) -> None:
    page = visit(color_scheme="dark")
    page.get_by_label("Account").click()
    page.get_by_role("group", name="Theme").get_by_role("button", name="Light").click()
    assert background(page) == LIGHT
    # Before the page's own script ran, the chosen theme must hold: else the other one flashes.
    page.route("**/assets/app-*.js", lambda route: route.abort())
    page.reload(wait_until="domcontentloaded")
    assert background(page) == LIGHT


def test_nothing_is_wider_than_the_narrowest_phone(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    for section in ("violations", "people", "rules", "time"):
        page.locator(f"#{section}").scroll_into_view_if_needed()
        expect(page.locator(f"#{section} [aria-busy=true]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_fingers_get_44_pixels(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    page.get_by_label("Account").click()
    heights = page.locator(
        "a:visible, button:visible, select:visible, summary:visible"
    ).evaluate_all(
        "all => all.filter(each => each.className !== 'skip')"
        ".map(each => [each.textContent.trim(), each.getBoundingClientRect().height])"
    )
    assert [target for target in heights if target[1] < 44] == []
