"""Before a login, during, and after."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    UNDO_MS,
    answer,
    clear_first,
    go,
    live,
    toast,
    warned,
    while_time_stands,
)
from tests.discord.server import Discord
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
    page.reload()  # who was logged in when the page came has not seen the door
    user_id = clear_first(page)
    page.get_by_role("button", name="Close").click()
    page.get_by_label("Account").click()
    page.route("**/auth/logout", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Log out").click()
    expect(toast(page, "You are still logged in")).to_be_visible()
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
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(f"{sent.method} {sent.url}"))
    rules = go(page, "rules").get_by_role("textbox", name="Rules text")
    rules.fill("mine, not saved yet")
    settings = go(page, "settings")
    settings.get_by_label("Name").fill("in use")
    settings.get_by_role("button", name="Make a token").click()
    secret = settings.locator(".sheet-note code").inner_text()
    go(page, "people")
    live(page)
    with while_time_stands(page):
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


def to_discord(page: Page, place: str) -> None:
    """Press the button of the door; Discord's page asks who one is."""
    page.goto(place)
    page.get_by_role("link", name="Log in with Discord").click()
    expect(page.get_by_role("heading")).to_have_text("Modwatch wants to know who you are")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_place_survives_the_login_in_each_of_two_tabs(
    contexts: Callable[..., BrowserContext], town: Discord, order: tuple[int, int]
) -> None:
    person = town.world.add_user(username="eve").id
    guilds = [
        town.world.add_guild(name=name, owner_id=person, bot=False).id for name in ("Fen", "Moor")
    ]
    town.world.sign_in(None)
    context = contexts()
    tabs = [context.new_page() for _ in guilds]
    for tab, guild in zip(tabs, guilds, strict=True):
        to_discord(tab, f"/?guild={guild}&period=week&severity=high#violations")
    for at in order:
        tabs[at].get_by_role("link", name="Authorise as eve").last.click()
        tabs[at].locator("modwatch-chart canvas").first.wait_for()
    for tab, guild in zip(tabs, guilds, strict=True):
        expect(tab).to_have_url(
            re.compile(rf"/\?guild={guild}&period=week&severity=high#violations$")
        )
        expect(tab.get_by_role("combobox", name="Server")).to_have_value(str(guild))
        expect(tab.get_by_role("combobox", name="Severity", exact=True)).to_have_value("high")
        expect(tab.locator("#violations")).to_be_in_viewport()


def test_somebody_else_logs_in_in_another_tab(visit: Visit) -> None:
    """The cookie is of both tabs, so the page of the first is theirs from then on."""
    page = visit(role="moderator")
    account = page.locator(".account summary")
    before = account.get_attribute("aria-label")
    other = page.context.new_page()
    entered = other.request.post(
        "/api/v1/auth/demo",
        data={"role": "owner"},
        headers={"Origin": page.evaluate("location.origin")},
    )
    assert entered.ok
    other.goto("/")
    expect(toast(page, "logged in in another tab")).to_be_visible()
    expect(account).not_to_have_attribute("aria-label", str(before))
    live(page)
    other.close()
    expect(go(page, "settings").locator("#title-tokens")).to_be_visible()


def test_an_address_of_a_server_without_a_role_says_so(found: Visit) -> None:
    page = found()
    page.goto("/?guild=5555#violations")
    expect(toast(page, "You have no role in the server of this address")).to_be_visible()
    expect(page.locator("h1")).to_have_text("The Lighthouse")
