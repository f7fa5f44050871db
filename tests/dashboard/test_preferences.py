"""What a server wants to be told of, why something was or was not sent, and what would be."""

from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    go,
    guild_id,
    ingest,
    live,
    toast,
    violation,
    while_time_stands,
)
from tests.servers.made import Made

NOWHERE = "https://hooks.invalid/here"  # a name that no resolver may know


def add_webhook(page: Page, name: str) -> None:
    path = f"/api/v1/servers/{guild_id(page)}/channels"
    here = {"Origin": page.url.split("/?")[0]}
    made = {"kind": "webhook", "name": name, "settings": {"url": NOWHERE}}
    assert page.request.post(path, data=made, headers=here).ok


def test_a_mute_and_quiet_hours_change_what_would_happen(found: Visit) -> None:
    page = found(timezone_id="America/New_York")
    add_webhook(page, "the night shift")
    alerts = go(page, "alerts")
    explained = alerts.locator(".decisions")
    expect(explained).to_contain_text("Sent at once")
    with while_time_stands(page):
        alerts.get_by_role("button", name="4 h", exact=True).click()
        expect(alerts).to_contain_text("Muted until")
        toast(page, "Muted for 4 h").hover()  # it stays as long as it is looked at
    expect(explained).to_contain_text("Messages of this server are muted")
    toast(page, "Muted for 4 h").get_by_role("button", name="Undo").click()
    expect(explained).to_contain_text("Sent at once")
    alerts.get_by_label("Hold messages at certain hours").check()
    alerts.get_by_label("Time zone").select_option("Europe/Berlin")
    expect(alerts).to_contain_text("in your zone, America/New_York")
    alerts.get_by_role("button", name="Save", exact=True).click()
    expect(toast(page, "What is told was saved")).to_be_visible()
    alerts.get_by_label("Other time").fill("20:00")  # 02:00 in Berlin, or an hour off that
    expect(explained).to_contain_text("It is in quiet hours")


def test_why_a_notification_was_not_sent(found: Visit, stack: Made) -> None:
    page = found()
    add_webhook(page, "the night shift")
    alerts = go(page, "alerts")
    live(page)
    alerts.get_by_label("From which priority").select_option("critical")
    alerts.get_by_role("button", name="Save", exact=True).click()
    expect(toast(page, "What is told was saved")).to_be_visible()
    ingest(stack, violation(guild_id(page), "hardly worth it", "low"))
    alerts.get_by_role("button", name="Why").first.click()
    expect(page.locator(".sheet .decisions")).to_contain_text("the night shift")
    expect(page.locator(".sheet .decisions")).to_contain_text("Not sent")
    page.keyboard.press("Escape")
    entry = alerts.locator("[aria-labelledby=title-deliveries]")
    entry.get_by_label("Which deliveries").select_option("skipped")
    expect(entry).to_contain_text("It matters less")
