"""Alerts on the page: they appear by themselves, are acted on, and tell what became of them."""

from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    PHONE,
    answer,
    go,
    guild_id,
    ingest,
    isolated,
    live,
    toast,
    violation,
)
from tests.servers.made import Made

RAID = 12  # violations at once, more than the usual threshold


def raid(page: Page, stack: Made) -> None:
    live(page)
    guild = guild_id(page)
    ingest(stack, *(violation(guild, f"raid {number}", "low") for number in range(RAID)))


def test_an_alert_is_acknowledged_snoozed_and_resolved(found: Visit, stack: Made) -> None:
    page = found()
    alerts = go(page, "alerts")
    expect(alerts).to_contain_text("Nothing is wrong that Modwatch watches for")
    raid(page, stack)
    entry = alerts.locator(".alerts li")
    expect(entry).to_contain_text("violations, the threshold is 10")
    expect(entry).to_contain_text("Firing")
    expect(page.locator(".sections a[href='#alerts'] .counted")).to_have_text("1 open")
    entry.get_by_role("button", name="1 h").click()
    expect(entry).to_contain_text("No reminders until")
    entry.get_by_role("link").click()
    sheet = page.locator(".sheet")
    sheet.get_by_role("button", name="Resolve").click()
    answer(page, "Resolve it")
    trail = sheet.locator(".trail")
    for words in ("Fired: ", "Snoozed by ada", "Resolved by ada"):
        expect(trail).to_contain_text(words)
    expect(sheet).to_contain_text("by hand")
    page.keyboard.press("Escape")
    expect(entry).to_have_count(0)
    expect(alerts.locator(".history")).to_contain_text("by hand")


def test_from_a_notification_acknowledging_takes_two_taps(found: Visit, stack: Made) -> None:
    page = found(viewport=PHONE, has_touch=True)
    raid(page, stack)
    expect(page.locator(".raid-bar")).to_be_visible()  # which tells of it: no toast does as well
    page.locator(".bell").tap()
    page.locator(".notices a").filter(has_text="violations within moments").tap()
    page.locator(".sheet").get_by_role("button", name="Acknowledge").tap()
    expect(page.locator(".sheet .trail")).to_contain_text("Acknowledged by ")
    expect(page.locator(".sections a[href='#alerts'] .counted")).to_be_visible()


def test_who_takes_a_raid_from_the_bar_needs_one_tap(found: Visit, stack: Made) -> None:
    page = found(viewport=PHONE, has_touch=True)
    raid(page, stack)
    page.locator(".raid-bar").get_by_role("button", name="Look after it").tap()
    expect(page.locator(".raid-bar").get_by_role("button")).to_have_count(0)
    expect(go(page, "alerts").locator(".alerts li")).to_contain_text("ada looks after it")


def test_what_another_did_meanwhile_is_shown_and_not_undone(found: Visit, stack: Made) -> None:
    page = found()
    raid(page, stack)
    entry = go(page, "alerts").locator(".alerts li")
    expect(entry.get_by_role("button", name="Acknowledge")).to_be_visible()
    page.route("**/acknowledge", lambda route: route.continue_(post_data='{"revision": 99}'))
    entry.get_by_role("button", name="Acknowledge").click()
    expect(toast(page, "Shown is what is true now")).to_be_visible()
    expect(entry.get_by_role("button", name="Acknowledge")).to_be_visible()


def test_a_channel_made_later_is_told_by_a_press(found: Visit, stack: Made) -> None:
    page = found()
    alerts = go(page, "alerts")
    raid(page, stack)
    expect(alerts.locator(".alerts li")).to_contain_text("Firing")
    made = page.evaluate(
        """async ([path, url]) => (await fetch(path, {
          method: "POST",
          headers: {"Content-Type": "application/json"},
          body: JSON.stringify({kind: "slack", name: "Night shift", settings: {url}}),
        })).text()""",
        [
            f"/api/v1/servers/{guild_id(page)}/channels",
            "https://hooks.slack.com/services/T0/B0/abcdef",
        ],
    )
    assert "Night shift" in made
    page.reload()
    alerts.get_by_role("link", name=f"{RAID} violations within moments").first.click()
    sheet = page.locator(".sheet")
    sheet.get_by_role("button", name="Tell it now").click()
    expect(toast(page, f"{isolated('Night shift')} is told")).to_be_visible()
    expect(sheet.locator(".trail")).to_contain_text("Night shift: ")
    expect(sheet.get_by_role("button", name="Tell it now")).to_have_count(0)
