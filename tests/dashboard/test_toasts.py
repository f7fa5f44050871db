"""What is said in the corner, and where it can be read again."""

from playwright.sync_api import expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import go, guild_id, ingest, live, stop_time, toast, violation
from tests.servers.made import Made

SHOWN_MS = 5_000
KEPT = 50


def test_a_toast_goes_by_itself_unless_it_is_looked_at(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    page.clock.install()
    ingest(stack, violation(guild_id(page), "look here"), violation(guild_id(page), "and there"))
    looked_at, other = toast(page, "look here"), toast(page, "and there")
    looked_at.hover()
    expect(other).to_be_visible()
    page.clock.fast_forward(SHOWN_MS)
    expect(other).to_have_count(0)
    expect(looked_at).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.fast_forward(SHOWN_MS)
    expect(looked_at).to_have_count(0)


def test_a_raid_does_not_bury_the_page(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    page.clock.install()
    stop_time(page)  # no toast goes by itself
    ingest(stack, *(violation(guild_id(page), f"raid {at}") for at in range(8)))
    expect(toast(page, "raid 7")).to_be_visible()
    expect(page.locator(".toast")).to_have_count(3)
    toast(page, "raid 7").get_by_role("button", name="Dismiss").click()
    expect(toast(page, "raid 7")).to_have_count(0)


def test_the_last_fifty_are_kept_read_or_unread(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    ingest(stack, *(violation(guild_id(page), f"hit {at}", "low") for at in range(KEPT + 5)))
    bell = page.locator(".bell")
    expect(bell).to_have_accessible_name(f"What happened: {KEPT} unread entries")
    bell.click()
    entries = page.locator(".sheet .notices li")
    expect(entries).to_have_count(KEPT)
    expect(entries.first).to_contain_text(f"hit {KEPT + 4}")
    entries.first.get_by_role("link").click()  # the way there reads it
    expect(page.locator(".sheet-reason")).to_have_text(f"hit {KEPT + 4}")
    page.keyboard.press("Escape")
    expect(bell).to_have_accessible_name(f"What happened: {KEPT - 1} unread entries")
    page.reload()
    expect(bell).to_have_accessible_name(f"What happened: {KEPT - 1} unread entries")
    bell.click()
    page.locator(".sheet").get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".sheet .notices .unread")).to_have_count(0)
    expect(bell).to_have_accessible_name("What happened")
    assert go(page, "overview").is_visible()
