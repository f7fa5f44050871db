"""Whoever comes back stands where they were, to the pixel."""

import re

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import DESKTOP, PHONE, go

# What stands where is asked of one panel: rows come in above it meanwhile, out of sight.
STANDS = "#rules .panel:last-of-type"
# Once the page has heard of it as well, which it does with the next frame.
SCROLL = """([place, down]) => new Promise((done) => {
  const top = document.querySelector(place).getBoundingClientRect().top - down;
  scrollBy({ behavior: 'instant', top });
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""
AT = """([place, top]) => Math.abs(
  (document.querySelector(place)?.getBoundingClientRect().top ?? NaN) - top) <= 1"""
SIZES = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


def stand(page: Page, down: int = 40) -> None:
    """Read the rules, somewhere in the middle of them."""
    go(page, "rules")
    go(page, "people")
    expect(page.locator("#rules [aria-busy=true]")).to_have_count(0)
    page.evaluate("dispatchEvent(new WheelEvent('wheel'))")  # nothing holds the page any more
    page.evaluate(SCROLL, [STANDS, down])
    expect(page.locator(".sections a[href='#rules'][aria-current]")).to_have_count(1)


def top(page: Page) -> float:
    return float(page.evaluate(f"document.querySelector('{STANDS}').getBoundingClientRect().top"))


def stands_at(page: Page, before: float) -> None:
    """In the end: what comes in above is made up for with the next frame."""
    page.wait_for_function(AT, arg=[STANDS, before])


def open_sheet(page: Page) -> None:
    page.evaluate("location.hash = 'happened'")
    expect(page.get_by_role("heading", name="Notifications", exact=True)).to_be_focused()


def closed(page: Page) -> None:
    expect(page.locator("dialog")).to_have_count(0)
    page.wait_for_function("() => location.hash === '#rules'")


@SIZES
def test_a_sheet_closes_where_it_was_opened(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(viewport=viewport)
    stand(page)
    before = top(page)
    open_sheet(page)
    page.get_by_role("button", name="Close").click()
    closed(page)
    stands_at(page, before)
    open_sheet(page)
    page.evaluate("location.hash = 'shortcuts'")  # one leads to another
    expect(page.get_by_role("heading", name="Keyboard shortcuts", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    closed(page)
    stands_at(page, before)
    open_sheet(page)
    page.go_back()
    closed(page)
    stands_at(page, before)


@SIZES
def test_back_and_a_reload_lead_where_one_was(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(viewport=viewport)
    stand(page)
    before = top(page)
    go(page, "violations")
    page.wait_for_function(
        "before => document.querySelector('#violations') "
        "&& document.querySelector('#violations').getBoundingClientRect().top < 200"
    )
    page.go_back()
    stands_at(page, before)
    open_sheet(page)
    page.reload()
    expect(page.get_by_role("heading", name="Notifications", exact=True)).to_be_visible()
    stands_at(page, before)
    page.keyboard.press("Escape")
    closed(page)
    stands_at(page, before)


@SIZES
def test_back_leads_between_two_sections_as_well(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(viewport=viewport)
    stand(page)
    page.evaluate(SCROLL, ["#rules", 10])  # the gap above is taller
    before = top(page)
    go(page, "violations")
    page.go_back()
    stands_at(page, before)
    place = go(page, "violations")
    place.get_by_label("Search reasons and members").fill("invite")
    page.wait_for_url("**q=invite**")
    page.go_back()  # to an address without it
    stands_at(page, before)
    expect(page).to_have_url(re.compile("q=invite"))


# With the very event that leads back, before the browser has told of a scroll.
BACK_AND_ON = """() => new Promise((done) => {
  addEventListener('hashchange', () => done((location.hash = 'happened')), { once: true });
  history.back();
})"""


def test_what_is_opened_just_after_back_closes_where_that_led(visit: Visit) -> None:
    page = visit(viewport=DESKTOP)
    stand(page)
    before = top(page)
    go(page, "violations")
    expect(page.locator(".sections a[href='#violations'][aria-current]")).to_have_count(1)
    page.evaluate(BACK_AND_ON)
    expect(page.get_by_role("heading", name="Notifications", exact=True)).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", name="Notifications", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    closed(page)
    stands_at(page, before)


# Grown by what was drawn and is not laid out yet; or laid out, and the scroll that makes up for it
# is told of with the next frame.
GROWN = "document.querySelector('#violations').style.paddingBottom = '60px';"
GONE = "location.hash = 'violations';"
DRAWN = f"() => {{ {GROWN} {GONE} }}"
LAID_OUT = f"""() => new Promise((done) => requestAnimationFrame(() => {{
  {GROWN}
  const {{ port1, port2 }} = new MessageChannel();
  port1.onmessage = () => {{ {GONE} done(); }};
  port2.postMessage(null);
}}))"""


@pytest.mark.parametrize("gone", [DRAWN, LAID_OUT], ids=["drawn", "laid out"])
def test_back_leads_where_one_was_as_the_page_grew(visit: Visit, gone: str) -> None:
    page = visit(viewport=DESKTOP)
    stand(page)
    before = top(page)
    page.evaluate(gone)
    expect(page.locator(".sections a[href='#violations'][aria-current]")).to_have_count(1)
    page.go_back()
    stands_at(page, before)


# A link that is followed just as the page looks where it stands.
FOLLOWED_AT_ONCE = """() => {
  const { get } = Object.getOwnPropertyDescriptor(History.prototype, 'state')
  let followed = false
  Object.defineProperty(history, 'state', { get() {
    if (!followed && document.querySelector('.section')) {
      followed = true
      location.hash = 'rules'
    }
    return get.call(history)
  } })
}"""


def test_an_address_that_is_new_as_the_page_comes_is_shown(visit: Visit) -> None:
    page = visit(viewport=DESKTOP)
    page.add_init_script(f"({FOLLOWED_AT_ONCE})()")
    page.reload()
    expect(page.locator("#rules [aria-busy=false]").first).to_be_visible()
    expect(page.locator("#rules [aria-busy=true]")).to_have_count(0)
    expect(page.locator("#rules")).to_be_in_viewport()
    assert page.evaluate("() => location.hash") == "#rules"
