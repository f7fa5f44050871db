"""The page without a mouse."""

from playwright.sync_api import Locator, Page, Route

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    SECTIONS,
    appealed,
    by_itself,
    first_warned,
    go,
    guild_id,
    stop_time,
)
from tests.servers.made import Made

IN_DIALOG = "document.activeElement.closest('dialog') !== null"


def open_and_leave(page: Page, opener: Locator, key: str, title: str) -> None:
    """What `key` opens takes the focus, keeps it, and gives it back at Esc."""
    opener.focus()
    page.keyboard.press(key)
    expect(page.locator("#sheet-title")).to_have_text(title)
    expect(page.locator("#sheet-title")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{IN_DIALOG} || document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_first_tab_skips_to_the_figures(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#overview') !== null")


def test_what_lies_over_the_page_takes_the_focus_and_gives_it_back(visit: Visit) -> None:
    page = visit()
    # By its address: others may come in above it meanwhile.
    address = page.locator(".feed a").first.get_attribute("href")
    open_and_leave(page, page.locator(f".feed a[href='{address}']"), "Enter", "Violation")
    open_and_leave(page, page.locator(".bell"), "Enter", "Notifications")
    open_and_leave(page, page.locator(".sections a").first, "?", "Keyboard shortcuts")
    open_and_leave(page, first_warned(page), "Enter", "Member")


def test_a_question_gives_the_focus_back(found: Visit, stack: Made) -> None:
    page = found()
    appealed(stack, guild_id(page))
    appeal = go(page, "people").locator(".appeals li").first
    uphold = appeal.get_by_role("button", name="Uphold the action")
    uphold.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ask").get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".ask")).to_have_count(0)
    expect(uphold).to_be_focused()


def test_the_focus_follows_its_row_to_another_place(visit: Visit) -> None:
    page = visit()
    rules = go(page, "rules").locator(".stack-rules .row-link")
    names = rules.all_inner_texts()
    rules.first.focus()

    def turn(route: Route) -> None:
        answer = route.fetch(headers={**route.request.headers, "if-none-match": ""})
        content = answer.json()
        content["top_rules"].reverse()
        route.fulfill(response=answer, json=content)

    page.route("**/rule-effectiveness?*", turn)
    page.get_by_label("Refresh Rules").dispatch_event("click")
    expect(rules.first).not_to_have_text(names[0])
    expect(rules.filter(has_text=names[0])).to_be_focused()


def test_the_menu_closes_by_escape(visit: Visit) -> None:
    page = visit()
    account = page.locator(".account summary")
    account.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).to_be_hidden()
    expect(account).to_be_focused()


def test_a_menu_that_is_still_on_its_way_closes_by_escape(visit: Visit) -> None:
    """Nothing is in it yet that could hold the focus: the first Tab leaves it."""
    page = visit(role=None)
    page.route("**/assets/rest-*.js", lambda route: None)
    page.get_by_role("button", name="Moderator").click()
    account = page.locator(".account summary")
    account.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu")).to_be_visible()
    expect(page.locator(".menu a")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(account).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).to_be_hidden()
    expect(account).to_be_focused()


def test_each_shortcut_does_what_the_list_says(visit: Visit) -> None:
    page = by_itself(visit, "Viewer", color_scheme="dark")
    stop_time(page)
    current = page.locator(".sections .rail-only[aria-current], .sections a[aria-current]").first
    page.keyboard.press("j")
    expect(current).to_have_attribute("href", f"#{SECTIONS[1]}")
    page.keyboard.press("k")
    expect(current).to_have_attribute("href", f"#{SECTIONS[0]}")
    page.keyboard.press("]")
    expect(page.get_by_role("button", name="Week")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("[")
    expect(page.get_by_role("button", name="Day", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    with page.expect_response("**/servers/*/overview"):
        page.keyboard.press("r")
    page.keyboard.press("h")
    expect(page.locator("#sheet-title")).to_have_text("Notifications")
    expect(page.locator("#sheet-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_label("Search reasons and members")).to_be_focused()
    page.keyboard.type("jk?")  # are letters here
    expect(page.get_by_label("Search reasons and members")).to_have_value("jk?")
    expect(page.locator("dialog")).to_have_count(0)
