"""Before a login, during, and after."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import UNDO_MS, answer, clear_first, go, live, warned
from tests.servers.made import Made


@pytest.mark.parametrize("role", ["owner", "admin", "moderator", "viewer"])
def test_each_demo_role_gets_in(visit: Visit, role: str) -> None:
    page = visit(role=role)
    page.get_by_label("Account").click()
    expect(page.locator(".menu")).to_contain_text(f"{role} of this server")


def test_a_failed_login_is_explained(visit: Visit) -> None:
    page = visit("/?error=auth_failed", role=None)
    expect(page.get_by_role("alert")).to_contain_text("Discord did not confirm the login")


def test_logging_out_ends_the_session_but_undoes_nothing(visit: Visit) -> None:
    page = visit()
    user_id = clear_first(page)
    page.get_by_role("button", name="Close").click()
    page.get_by_label("Account").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Look around as")).to_be_visible()
    assert page.request.get("/api/v1/auth/me").status == 401
    page.get_by_role("button", name="Viewer").click()
    page.locator("modwatch-chart canvas").first.wait_for()
    assert user_id not in warned(page)


def end_elsewhere(page: Page, stack: Made) -> None:
    """The session ends by another window's doing; returns when the page has said so."""
    live(page)
    (cookie,) = page.context.cookies()
    elsewhere = {"Origin": stack.url, "Cookie": f"{cookie['name']}={cookie['value']}"}
    assert httpx.post(f"{stack.url}/api/auth/logout", headers=elsewhere).is_success
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")


def test_a_session_that_ended_elsewhere_leads_to_the_door_and_back(
    visit: Visit, stack: Made
) -> None:
    """The socket tells: nothing is to be pressed, and what could be may be gone already."""
    page = visit("/?period=week#people")
    end_elsewhere(page, stack)
    expect(page.locator("#main")).not_to_contain_text("Top offenders")
    page.get_by_role("button", name="Viewer").click()
    expect(page.locator("#people")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Week")).to_have_attribute("aria-pressed", "true")


def ask_to_clear(page: Page, date: str) -> None:
    page.get_by_label("Clear all who were last seen before").fill(date)
    page.locator("#people").get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator(".ask")).to_be_visible()


def test_what_was_asked_or_could_be_undone_ends_with_the_session(visit: Visit, stack: Made) -> None:
    """Whoever comes next is not asked it, sees nothing of it, and does nothing of it."""
    page = visit(role="admin")
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(f"{sent.method} {sent.url}"))
    rules = go(page, "rules").get_by_role("textbox", name="Rules text")
    rules.fill("mine, not saved yet")
    settings = go(page, "settings")
    settings.get_by_label("Name").fill("in use")
    settings.get_by_role("button", name="Make a token").click()
    secret = settings.locator(".sheet-note code").inner_text()
    go(page, "people")
    ask_to_clear(page, "2020-01-01")
    answer(page, "Clear them all")  # waits, as it can be undone
    ask_to_clear(page, "2021-01-01")
    end_elsewhere(page, stack)
    expect(page.get_by_role("alert")).to_contain_text("could still be undone was not made")
    expect(page.locator("dialog")).to_have_count(0)

    page.get_by_role("button", name="Owner").click()
    live(page)
    page.clock.fast_forward(UNDO_MS)
    expect(go(page, "rules").get_by_role("textbox", name="Rules text")).not_to_have_value(
        "mine, not saved yet"
    )
    go(page, "settings")
    assert secret not in page.content()
    go(page, "people")
    expect(page.locator("dialog, .toast")).to_have_count(0)
    assert [each for each in asked if "bulk-clear" in each] == []
