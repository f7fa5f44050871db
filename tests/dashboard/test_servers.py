"""All servers at once, and what stays in reach wherever the reader is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import DESKTOP, NARROWEST, PHONE, TABLET, go, guild_id, ingest, violation
from tests.dashboard.test_accessible import complaints_of_axe
from tests.dashboard.test_incident import raid
from tests.discord.server import Discord
from tests.servers.made import Made

IN_REACH = (".picker select", ".head > .choice", ".bell", ".status-words", ".account summary")
# Whether something else lies over the middle of it.
IS_FREE = """place => {
  const each = document.querySelector(place);
  const { left, top, width, height } = each.getBoundingClientRect();
  return each.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


def of_two_servers(
    contexts: Callable[..., BrowserContext], town: Discord, viewport: ViewportSize
) -> Page:
    """The page as somebody sees it who looks after two servers that nobody else sees."""
    person = town.world.add_user(username="ada", global_name="Ada").id
    for name in ("Aquarium", "Zoo"):
        town.world.add_guild(name=name, owner_id=person, bot=False)
    town.world.sign_in(person)
    page = contexts(viewport=viewport).new_page()
    page.goto("/api/auth/login")
    page.locator("modwatch-chart canvas").first.wait_for()
    return page


def open_view(page: Page) -> None:
    page.get_by_role("link", name="All servers").click()
    expect(page.get_by_role("heading", name="All servers", exact=True)).to_be_focused()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_server_that_needs_somebody_stands_first(
    contexts: Callable[..., BrowserContext], town: Discord, stack: Made, viewport: ViewportSize
) -> None:
    page = of_two_servers(contexts, town, viewport)
    here = guild_id(page)
    there = page.locator(f".picker option:not([value='{here}'])").get_attribute("value")
    ingest(stack, violation(here, "seen"))
    ingest(stack, *raid(str(there)))
    open_view(page)
    lines = page.locator(".sheet .servers li")
    expect(lines.first).to_contain_text("raid going on")
    expect(page.locator(".picker .badge")).not_to_have_text("")
    assert complaints_of_axe(page, within=".sheet") == []
    lines.first.click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Server")).to_have_value(str(there))
    assert page.evaluate("location.search") == f"?guild={there}"
    expect(page.locator("#overview .feed li").first).to_be_visible()


def test_the_view_has_an_address_and_shows_one_server_as_well(found: Visit, stack: Made) -> None:
    page = found()
    ingest(stack, violation(guild_id(page), "seen"))
    expect(page.get_by_role("link", name="All servers")).to_have_count(0)
    page.goto("/#servers")
    sheet = page.locator(".sheet")
    expect(sheet).to_contain_text("The one server that you look after.")
    expect(sheet.locator(".servers li")).to_contain_text("The Lighthouse")


@pytest.mark.parametrize("viewport", [NARROWEST, PHONE, TABLET], ids=["least", "phone", "tablet"])
def test_server_period_bell_and_connection_stay_in_reach(
    visit: Visit, viewport: ViewportSize
) -> None:
    page = visit(role="owner", viewport=viewport)
    for section in ("people", "alerts", "audit"):
        go(page, section)
        for each in IN_REACH:
            expect(page.locator(each)).to_be_in_viewport(ratio=1)
            page.wait_for_function(IS_FREE, arg=each)
        expect(page.locator(f"#section-{section}")).to_be_in_viewport(ratio=1)
        page.wait_for_function(IS_FREE, arg=f"#section-{section}")
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_the_alerts_tab_says_how_many_are_open(found: Visit, stack: Made) -> None:
    page = found(viewport=PHONE)
    ingest(stack, *raid(guild_id(page)))
    expect(page.locator(".sections a[href='#alerts'] .counted")).to_be_visible()
    expect(page.locator(".sections a[href='#alerts'] .counted")).to_contain_text("open")
