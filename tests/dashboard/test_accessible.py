"""What axe can find against WCAG 2.1 A and AA: nothing, in every section, theme and width."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import DESKTOP, PHONE, SECTIONS, go
from tests.servers.made import ROOT

AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RUN = """rules => axe.run(document, { runOnly: rules }).then(found =>
  found.violations.map(({ id, nodes }) => [id, nodes.map(each => each.html.slice(0, 200))]))"""


def complaints_of_axe(page: Page) -> list[Any]:
    page.evaluate(AXE.read_text())
    return list(page.evaluate(RUN, RULES))


def screens(page: Page) -> list[Any]:
    """What axe says of the sections, of what lies over them, and of a question."""
    for section in SECTIONS:
        go(page, section)
    found = complaints_of_axe(page)
    for sheet in ("shortcuts", "happened", "more"):
        page.evaluate("sheet => { location.hash = sheet }", sheet)
        expect(page.locator(".sheet")).to_be_visible()
        found += complaints_of_axe(page)
    go(page, "people").locator(".stack-warnings .row-link").first.click()
    page.get_by_role("button", name="Clear warnings").click()
    expect(page.locator(".ask")).to_be_visible()
    return found + complaints_of_axe(page)


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(visit: Visit, viewport: dict[str, int], scheme: str) -> None:
    look = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    door = visit(role=None, **look)
    door.get_by_role("heading", level=1).first.wait_for()
    assert complaints_of_axe(door) == []
    assert screens(visit(role="owner", **look)) == []
