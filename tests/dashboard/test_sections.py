"""Finding one's way: sections, addresses, keys, fingers, and what each role is offered."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import PHONE, SECTIONS, go


@pytest.mark.parametrize("section", ["violations", "time", "audit"])
def test_an_address_leads_to_its_section(visit: Visit, section: str) -> None:
    page = visit(f"/#{section}", role="owner")
    link = page.get_by_role("navigation", name="Sections").locator(f"a[href='#{section}']")
    expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator(f"#{section}")).to_be_in_viewport()


def test_a_section_has_a_plain_address_too(visit: Visit) -> None:
    page = visit("/violations?severity=high")
    expect(page).to_have_url(re.compile(r"/\?.*severity=high.*#violations$"))


def test_the_address_follows_the_reader(visit: Visit) -> None:
    page = visit()
    go(page, "people")
    page.locator("#rules").evaluate("each => each.scrollIntoView()")
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


def test_back_closes_what_lies_over_the_page(visit: Visit) -> None:
    page = visit()
    page.locator(".feed a").first.click()
    page.locator(".sheet-who a").click()
    expect(page.get_by_role("heading", name="Member", exact=True)).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="Violation", exact=True)).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".sheet")).to_have_count(0)
    expect(page.locator(".feed a").first).to_be_focused()


def test_a_phone_has_tabs_and_the_rest_under_more(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    tabs = page.get_by_role("navigation", name="Sections").locator("a:visible")
    expect(tabs.locator("span:visible")).to_have_text(
        ["Overview", "Violations", "People", "Alerts", "More"]
    )
    tabs.last.click()
    page.locator(".sheet").get_by_role("link", name="Moderators").click()
    expect(page.locator(".sheet")).to_have_count(0)
    expect(page.locator("#moderators")).to_be_in_viewport()


def test_a_swipe_changes_the_section(visit: Visit) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    swipe(page, 300, 80)
    expect(page.locator("#violations")).to_be_in_viewport()
    expect(page.locator(".sections a[href='#violations']")).to_have_attribute(
        "aria-current", "true"
    )


def swipe(page: Page, x_from: int, x_to: int) -> None:
    """A finger across the health panel."""
    session = page.context.new_cdp_session(page)
    for type, x in (("touchStart", x_from), ("touchMove", x_to), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 300}]
        session.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": points})


OFFERED = {
    # button or field -> the first role it is there for
    "Clear": "moderator",
    "Save settings": "admin",
    "Save rules": "admin",
    "Make a token": "admin",
    "Reset to none": "owner",
    "Give": "owner",
}
ROLES = ["viewer", "moderator", "admin", "owner"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_offered_what_it_may_do(visit: Visit, role: str) -> None:
    page = visit(role=role)
    shown = [section for section in SECTIONS if section != "audit" or role in ROLES[2:]]
    for section in shown:
        go(page, section)
    expect(page.locator(".section")).to_have_count(len(shown))
    for name, first in OFFERED.items():
        offered = page.get_by_role("button", name=name, exact=True).count() > 0
        assert offered == (ROLES.index(role) >= ROLES.index(first)), name
