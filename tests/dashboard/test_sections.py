"""Finding one's way: sections, addresses, keys, fingers, and what each role is offered."""

import re

import httpx
import pytest
from playwright.sync_api import Page, Route

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    PHONE,
    SECTIONS,
    appealed,
    by_itself,
    go,
    guild_id,
    ingest,
    live,
    stop_time,
    violation,
)
from tests.servers.made import Made

STANDS = """([id, top]) => Math.abs(
  document.getElementById(id).getBoundingClientRect().top - top) < 2"""
LATE = ("**/violations?*", "**/appeals?*")


@pytest.mark.parametrize("section", ["violations", "time", "audit"])
def test_an_address_leads_to_its_section(visit: Visit, section: str) -> None:
    page = visit(f"/#{section}", role="owner")
    link = page.get_by_role("navigation", name="Sections").locator(f"a[href='#{section}']")
    expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator(f"#{section}")).to_be_in_viewport()


def test_a_section_has_a_plain_address_too(visit: Visit) -> None:
    page = visit("/violations?severity=high")
    expect(page).to_have_url(re.compile(r"/\?.*severity=high.*#violations$"))


def hold_back(page: Page) -> list[Route]:
    """Keep what makes a section above grow waiting; answer it by `let_through`."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    for path in LATE:
        page.route(path, keep)
    return held


def let_through(page: Page, held: list[Route]) -> None:
    for route in held:
        route.continue_()
    for path in LATE:
        page.unroute(path)
    expect(page.locator("#violations tbody tr.row").first).to_be_attached()
    expect(page.locator("#people .appeals li").first).to_be_attached()


def top_of(page: Page, section: str) -> float:
    return float(page.locator(f"#{section}").evaluate("each => each.getBoundingClientRect().top"))


def still_there(page: Page, section: str, top: float) -> None:
    """Where it was, once everything that had been waited for is drawn."""
    page.wait_for_function("() => new Promise(requestAnimationFrame)")
    page.wait_for_function(STANDS, arg=[section, top])


def arrived_at(page: Page, section: str) -> None:
    link = page.locator(f".sections a[href='#{section}']")
    expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator(f"#{section}")).to_be_in_viewport()


def test_the_address_follows_the_reader(visit: Visit, stack: Made) -> None:
    """Also just after a link was followed, when the page still keeps that section in its place."""
    page = visit(role=None)
    held = hold_back(page)
    page.get_by_role("button", name="Moderator").click()
    page.locator("modwatch-chart canvas").first.wait_for()
    appealed(stack, guild_id(page))
    page.evaluate("location.hash = 'people'")
    arrived_at(page, "people")
    # Nothing but what is held back is on its way: it is that which must not move the page.
    expect(page.locator("#people [aria-busy=true]")).to_have_count(1)
    # As a scroll bar, "find in page" and a screen reader do it: no key, wheel or finger moves.
    page.locator("#rules").evaluate("each => each.scrollIntoView({ behavior: 'instant' })")
    expect(page).to_have_url(re.compile("#rules$"))
    top = top_of(page, "rules")
    let_through(page, held)
    still_there(page, "rules", top)
    expect(page).to_have_url(re.compile("#rules$"))


@pytest.mark.parametrize("way", ["link", "key"])
def test_a_section_stays_while_those_above_it_grow(visit: Visit, stack: Made, way: str) -> None:
    page = visit(role=None)
    held = hold_back(page)
    page.get_by_role("button", name="Moderator").click()
    page.locator("modwatch-chart canvas").first.wait_for()
    appealed(stack, guild_id(page))
    # Not every browser makes up for what grows above, so the page does it by itself.
    page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
    if way == "key":
        page.keyboard.press(str(SECTIONS.index("people") + 1))
    else:
        page.evaluate("location.hash = 'people'")
    arrived_at(page, "people")
    top = top_of(page, "people")
    let_through(page, held)
    still_there(page, "people", top)


def test_a_link_followed_while_the_page_moves_is_not_lost(visit: Visit) -> None:
    page = visit()
    # The task after a frame: that another section is looked at is told before the new address is.
    page.evaluate("""() => new Promise((done) => requestAnimationFrame(() => {
      document.querySelector('#people').scrollIntoView({ behavior: 'instant' });
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done((location.hash = 'happened'));
      port2.postMessage(null);
    }))""")
    expect(page.get_by_role("dialog", name="Notifications")).to_be_visible()
    expect(page).to_have_url(re.compile("#happened$"))


def test_a_reader_who_moves_while_the_page_grows_is_not_taken_back(visit: Visit) -> None:
    page = visit()
    page.evaluate("location.hash = 'people'")
    arrived_at(page, "people")
    page.evaluate("""() => {
      document.querySelector('#people').style.paddingBottom = '9px';
      document.querySelector('#rules').scrollIntoView({ behavior: 'instant' });
    }""")
    arrived_at(page, "rules")
    expect(page).to_have_url(re.compile("#rules$"))


def test_numbers_on_the_keyboard_go_to_sections(visit: Visit) -> None:
    page = visit(role="owner")
    for key, section in enumerate(SECTIONS, start=1):
        page.keyboard.press(str(key % 10))
        link = page.locator(f".sections a[href='#{section}']")
        expect(link).to_have_attribute("aria-current", "true")


def test_the_shortcuts_are_listed_and_can_be_switched_off(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("?")
    page.get_by_label("Single keys do something").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_have_count(0)
    page.keyboard.press("2")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    expect(page.locator(".sections a[href='#overview']")).to_have_attribute("aria-current", "true")


def happens(page: Page, stack: Made, *reasons: str) -> str:
    """Violations come in, and the page shows them; the address of the last one."""
    events = [violation(guild_id(page), reason, "low") for reason in reasons]
    ingest(stack, *events)
    address = f"#violation/{events[-1]['id']}"
    expect(page.locator(f".feed a[href='{address}']")).to_be_visible()
    return address


def test_back_closes_what_lies_over_the_page(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    opener = page.locator(f".feed a[href='{happens(page, stack, 'to be opened')}']")
    opener.click()
    page.locator(".sheet-who a").click()
    expect(page.get_by_role("heading", name="Member", exact=True)).to_be_focused()
    happens(page, stack, "above what was opened")
    page.go_back()
    expect(page.get_by_role("heading", name="Violation", exact=True)).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".sheet")).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_focus_stays_near_an_opener_that_is_gone(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    opener = page.locator(f".feed a[href='{happens(page, stack, 'to be opened')}']")
    opener.click()
    expect(page.get_by_role("heading", name="Violation", exact=True)).to_be_focused()
    happens(page, stack, *(f"hit {at}" for at in range(10)))
    expect(opener).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_have_count(0)
    expect(page.locator("#overview")).to_be_focused()


def test_a_phone_has_tabs_and_the_rest_under_more(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    tabs = page.get_by_role("navigation", name="Sections").locator("a:visible")
    expect(tabs.locator(":scope > span:not(.counted)")).to_have_text(
        ["Overview", "Violations", "People", "Alerts", "More"]
    )
    tabs.last.click()
    page.locator(".sheet").get_by_role("link", name="Moderators").click()
    expect(page.locator(".sheet")).to_have_count(0)
    expect(page.locator("#moderators")).to_be_in_viewport()


def test_a_swipe_changes_the_section(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    drag(page, (300, 300), (80, 300))
    expect(page.locator("#violations")).to_be_in_viewport()
    expect(page.locator(".sections a[href='#violations']")).to_have_attribute(
        "aria-current", "true"
    )


def test_a_pull_at_the_top_refreshes(visit: Visit) -> None:
    page = by_itself(visit, "Viewer", viewport=PHONE, has_touch=True)
    stop_time(page)
    with page.expect_response("**/servers/*/overview"):
        drag(page, (180, 250), (180, 400))


def drag(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    """A finger across the health panel."""
    session = page.context.new_cdp_session(page)
    for type, at in (("touchStart", start), ("touchMove", end), ("touchEnd", None)):
        points = [] if at is None else [{"x": at[0], "y": at[1]}]
        session.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": points})


def test_every_section_has_a_plain_address(stack: Made) -> None:
    for section in SECTIONS[1:]:  # the first is what the plain address shows
        answer = httpx.get(f"{stack.url}/{section}?period=week")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/?period=week#{section}")
    assert httpx.get(f"{stack.url}/no-such-section").status_code == 404


def test_a_reload_loses_nothing(visit: Visit) -> None:
    page = visit("/?period=week&severity=high")
    go(page, "violations").locator("tbody .row-link").first.click()
    reason = page.locator(".sheet-reason").inner_text()
    page.reload()
    expect(page.locator(".sheet-reason")).to_have_text(reason)
    page.get_by_role("button", name="Close").click()
    go(page, "people")
    page.reload()
    expect(page.locator("#people")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Week")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("combobox", name="Severity", exact=True)).to_have_value("high")
