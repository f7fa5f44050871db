"""What is said in the corner, and where it can be read again."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    Event,
    go,
    guild_id,
    ingest,
    live,
    rfc3339,
    stop_time,
    toast,
    violation,
)
from tests.servers.made import Made

SHOWN_MS = 5_000
KEPT = 50


def test_a_toast_goes_when_dismissed_and_by_itself_unless_it_is_looked_at(
    found: Visit, stack: Made
) -> None:
    page = found()
    live(page)
    page.clock.install()
    stop_time(page)
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
    ingest(stack, violation(guild_id(page), "away"))
    toast(page, "away").get_by_role("button", name="Dismiss").click()
    expect(toast(page, "away")).to_have_count(0)


def hit(page: Page, at: int) -> Event:
    """Ten minutes apart: nothing that would be told of together."""
    minutes = 10 * (KEPT + 5 - at)
    when = rfc3339(datetime.now(UTC) - timedelta(minutes=minutes))
    return violation(guild_id(page), f"hit {at}", "low", timestamp=when)


def test_the_last_fifty_are_kept_read_or_unread(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    ingest(stack, *(hit(page, at) for at in range(KEPT + 5)))
    bell = page.locator(".bell")
    expect(bell).to_have_accessible_name(f"Notifications: {KEPT} unread")
    bell.click()
    entries = page.locator(".sheet .notices li")
    expect(entries).to_have_count(KEPT)
    newest = entries.filter(has_text=f"hit {KEPT + 4}")
    newest.get_by_role("link").click()  # the way there reads it
    expect(page.locator(".sheet-reason")).to_have_text(f"hit {KEPT + 4}")
    page.keyboard.press("Escape")
    expect(bell).to_have_accessible_name(f"Notifications: {KEPT - 1} unread")
    page.reload()
    expect(bell).to_have_accessible_name(f"Notifications: {KEPT - 1} unread")
    bell.click()
    page.locator(".sheet").get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".sheet .notices .unread")).to_have_count(0)
    expect(bell).to_have_accessible_name("Notifications")
    assert go(page, "overview").is_visible()
