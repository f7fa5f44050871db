"""What axe can find against WCAG 2.1 A and AA: nothing, in every section, theme and width."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import DESKTOP, PHONE, SECTIONS, go
from tests.servers.made import ROOT

AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RUN = """([within, rules]) => axe.run(within ?? document, { runOnly: rules }).then(found =>
  found.violations.map(({ id, nodes }) => [id, nodes.map(each => each.html.slice(0, 200))]))"""


def complaints_of_axe(page: Page, within: str | None = None) -> list[Any]:
    """Of the whole page, or of what lies over it: that below was asked about before."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    return list(page.evaluate(RUN, [within, RULES]))


def over_the_page(page: Page, address: str) -> list[Any]:
    page.evaluate("hash => { location.hash = hash }", address)
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator(".sheet .waiting")).to_have_count(0)
    return complaints_of_axe(page, within=".sheet")


def screens(page: Page) -> list[Any]:
    """What axe says of the sections, of what lies over them, and of a question."""
    for section in SECTIONS:
        go(page, section)
    page.get_by_role("textbox", name="Rules text").fill("Be kind.")  # the editor, with its buttons
    page.get_by_label("Severity threshold").fill("0.4")
    for button in page.get_by_role("button", name="Show as table").all():
        button.click()
    found = complaints_of_axe(page)
    hit = page.locator("#violations tbody .row-link").first.get_attribute("href")
    for address in (str(hit), "#happened", "#shortcuts", "#more"):
        found += over_the_page(page, address)
    go(page, "people").locator(".stack-warnings .row-link").first.click()
    page.get_by_role("button", name="Clear warnings").click()
    expect(page.locator(".ask")).to_be_visible()
    return found + complaints_of_axe(page, within=".ask")


def empty_screens(page: Page) -> list[Any]:
    for section in SECTIONS:
        go(page, section)
    return complaints_of_axe(page)


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(
    visit: Visit, found: Visit, viewport: dict[str, int], scheme: str
) -> None:
    look = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    door = visit(role=None, **look)
    door.get_by_role("heading", level=1).first.wait_for()
    assert complaints_of_axe(door) == []
    assert screens(visit(role="owner", **look)) == []
    assert empty_screens(found(**look)) == []


def test_axe_would_find_something(visit: Visit) -> None:
    page = visit(role=None, color_scheme="light")
    page.get_by_role("heading", level=1).first.wait_for()
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert {each for each, _ in complaints_of_axe(page)} >= {"button-name", "color-contrast"}
