"""What the page costs a phone: bytes over the network, and a layout that stays where it is."""

from pathlib import PurePosixPath

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import DESKTOP, PHONE, SECTIONS, go
from tests.servers.made import ROOT

MOST_SCRIPT_BYTES = 90 * 1024
MOST_BYTES = 200 * 1024
LOADED = """() => ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
  .map(({ name, encodedBodySize, decodedBodySize }) => [name, encodedBodySize, decodedBodySize])"""
SCRIPTS = """() => performance.getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('.js')).length"""
SHIFTED = """() => new Promise((done) => {
  const seen = [];
  new PerformanceObserver((list) => seen.push(...list.getEntries()))
    .observe({ type: 'layout-shift', buffered: true });
  // What is buffered is told before the frame after the next.
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(seen
    .filter(({ hadRecentInput }) => !hadRecentInput)
    // What happens meanwhile enters at the top of its list, and moves the rest of that on purpose.
    .filter(({ sources }) => !sources.every(({ node }) => !node || node.closest?.('.feed')))
    .map(({ value, sources }) => [value, sources.map(({ node }) => node?.className ?? '')])))));
})"""


def load_afresh(page: Page) -> None:
    """Load as somebody does who comes back, and wait until the first screen stands."""
    page.reload()
    page.locator("modwatch-chart canvas").first.wait_for()
    expect(page.locator("#overview [aria-busy=true]")).to_have_count(0)


def test_the_page_is_light(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    page.route("**/*", lambda route: route.continue_())  # turns the browser's cache off
    load_afresh(page)
    # What comes after the first screen counts as well: there is no script but this.
    built = sorted(file.name for file in (ROOT / "dashboard/dist/assets").glob("*.js"))
    page.wait_for_function(f"count => ({SCRIPTS})() >= count", arg=len(built))
    loaded = {name: (sent, content) for name, sent, content in page.evaluate(LOADED)}
    scripts = {name: sent for name, (sent, _) in loaded.items() if name.endswith(".js")}
    assert sorted(PurePosixPath(name).name for name in scripts) == built
    assert 0 < sum(scripts.values()) <= MOST_SCRIPT_BYTES
    assert sum(sent for sent, _ in loaded.values()) <= MOST_BYTES
    words = {name: sizes for name, sizes in loaded.items() if name.endswith((".js", ".css"))}
    assert len(words) >= 3
    # Compressed on the way; very small files need not be.
    assert all(sent < content or content < 200 for sent, content in words.values()), words


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_layout_stays_where_it_is(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(role="owner", viewport=viewport)
    for period in ("Month", "Day"):
        page.get_by_role("button", name=period, exact=True).click()
        load_afresh(page)
        assert page.evaluate(SHIFTED) == []


def test_going_through_all_sections_moves_nothing_that_is_read(visit: Visit) -> None:
    page = visit(role="owner", viewport=DESKTOP)
    for section in SECTIONS:
        top = go(page, section).bounding_box()
        assert top is not None
        assert top["y"] < DESKTOP["height"] / 2, section
