"""The page on paper: all of it, and nothing that only a screen can use."""

from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    SECTIONS,
    UNTIL_LATELY,
    go,
    guild_id,
    ingest,
    live,
    toast,
    violation,
)
from tests.servers.made import Made

A4_PX = 718  # between the margins
LIGHT = "rgb(255, 255, 255)"
SCREEN_ONLY = (
    "nav, button:not(.heat *):not(.row-link):not(.copy), .toast, dialog, .filters, .bulk, .status"
)
# What is cut where it is printed, or wider than the paper.
CUT = """() => [...document.querySelectorAll('.panel, .scroll, .written, canvas')]
  .filter((each) => each.checkVisibility())
  .filter((each) => each.scrollHeight > each.clientHeight + 1
    || each.scrollWidth > each.clientWidth + 1 || each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.outerHTML.slice(0, 120))"""
PRINTED = """() => {
  window.printed = false;
  window.print = () => { window.printed = true; };
}"""


def print_it(page: Page) -> None:
    """Press Ctrl+P; returns when the page has given itself to the printer."""
    page.evaluate(PRINTED)
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.printed")
    page.emulate_media(media="print")


def test_paper_has_all_of_it_and_no_controls(visit: Visit, stack: Made) -> None:
    page = visit(role="owner", color_scheme="dark")
    live(page)
    page.set_viewport_size({"width": A4_PX, "height": 1000})
    ingest(stack, violation(guild_id(page), "on paper"))
    expect(toast(page, "on paper")).to_be_visible()
    titles = 0
    print_it(page)
    expect(toast(page, "on paper")).to_be_hidden()
    assert page.locator(SCREEN_ONLY).locator("visible=true").all_inner_texts() == []
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for section in SECTIONS:
        panels = page.locator(f"#{section} .panel")
        titles += panels.count()
        assert panels.locator("visible=true").count() == panels.count() > 0, section
    assert titles > len(SECTIONS)
    assert page.evaluate(CUT) == []
    surface = "each => getComputedStyle(each).backgroundColor"
    assert page.locator("html").evaluate(surface) == LIGHT
    assert page.locator(".panel").first.evaluate(surface) == LIGHT
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="screen")
    expect(page.locator(".sections")).to_be_visible()


def test_a_long_list_has_no_holes_on_paper(visit: Visit) -> None:
    page = visit(UNTIL_LATELY)
    place = go(page, "violations")
    place.get_by_role("button", name="Show older").click()
    expect(place.locator(".panel-foot")).to_contain_text("225 violations of")
    rows = page.locator("#violation-rows tr.row")
    assert rows.count() < 100
    page.emulate_media(media="print")
    expect(rows).to_have_count(225)
    expect(page.locator("#violation-rows .gap")).to_have_count(0)
    page.emulate_media(media="screen")
    expect(page.locator("#violation-rows .gap").last).to_be_attached()
    assert rows.count() < 100
