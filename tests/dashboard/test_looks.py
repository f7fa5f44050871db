"""Themes and narrow screens."""

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import SECTIONS, go

PHONE = {"width": 320, "height": 640}
# A link may cover its whole row: then the row is what a finger hits.
HEIGHTS = """all => all.filter(each => each.className !== 'skip').map(each => {
  const hit = each.classList.contains('row-link') ? each.closest('.row') : each;
  return [each.outerHTML.slice(0, 80), hit.getBoundingClientRect().height];
})"""
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
    page = visit(role="owner", viewport=PHONE, has_touch=True)
    for section in SECTIONS:
        go(page, section)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_fingers_get_44_pixels(visit: Visit) -> None:
    page = visit(role="owner", viewport=PHONE, has_touch=True)
    for section in SECTIONS:
        go(page, section)
    page.get_by_label("Account").click()
    targets = page.locator(
        "a:visible, button:visible, select:visible, summary:visible, input:visible"
    ).evaluate_all(HEIGHTS)
    assert [target for target in targets if target[1] < 44] == []
