"""A raid on the page: one bar, one notice that counts up, and one sheet with all about it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, ViewportSize

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    DESKTOP,
    PHONE,
    Event,
    answer,
    event,
    go,
    guild_id,
    ingest,
    live,
    rfc3339,
    violation,
)
from tests.dashboard.test_accessible import complaints_of_axe
from tests.servers.made import Made

FIRST_MEMBER = 777_000_000_000_000_100
MEMBERS, VIOLATIONS = 24, 60


def raid(guild: str, first: int = 0, last: int = VIOLATIONS) -> list[Event]:
    """One violation a second, the last of them now."""
    now = datetime.now(UTC)
    return [
        violation(
            guild,
            "invite link",
            user_id=str(FIRST_MEMBER + at % MEMBERS),
            rule="No invites",
            detection_type="automod",
            action_taken="Banned" if at >= VIOLATIONS // 2 else "Warned",
            timestamp=rfc3339(now - timedelta(seconds=last - at)),
        )
        for at in range(first, last)
    ]


def names(guild: str) -> list[Event]:
    ids = [str(FIRST_MEMBER + at) for at in range(MEMBERS)]
    warned = [event(guild, "warning", user_id=id, level=2) for id in ids[:3]]
    return warned + [event(guild, "user", user_id=id, username=f"raider {id[-3:]}") for id in ids]


def opened(page: Page) -> Locator:
    page.locator(".raid-bar a").click()
    sheet = page.locator("dialog.sheet")
    expect(sheet.locator(".raid-figures")).to_be_visible()
    return sheet


def point_at_the_latest(page: Page, raid: str) -> None:
    """By keys. When the hour is new, the raid has begun in the one before."""
    chart = page.locator("modwatch-chart")
    chart.focus()
    chart.press("End")
    reading = chart.locator(".reading")
    expect(reading).to_contain_text("so far")
    if raid not in reading.inner_text():
        chart.press("ArrowLeft")
    expect(reading).to_contain_text(raid)


def icon(page: Page) -> str:
    return page.locator("link[rel=icon]").get_attribute("href") or ""


def test_a_raid_is_one_bar_and_one_notice_and_the_tab_says_so(found: Visit, stack: Made) -> None:
    page = found(viewport=DESKTOP)
    live(page)
    guild, calm = guild_id(page), icon(page)
    ingest(stack, *raid(guild, 0, 30))
    bar = page.locator(".raid-bar")
    expect(bar).to_contain_text("30 violations by 24 members")
    ingest(stack, *raid(guild, 30))
    expect(bar).to_contain_text("60 violations by 24 members")
    expect(page).to_have_title("(60) Raid · \u2068The Lighthouse\u2069 · Modwatch")
    assert icon(page) != calm
    page.locator(".bell").click()
    told = page.locator(".sheet .notices li")
    expect(told.filter(has_text="violations by 24 members")).to_have_count(1)
    expect(told.filter(has_text="No invites")).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_can_be_seen_and_done_about_it(
    found: Visit, stack: Made, viewport: ViewportSize
) -> None:
    page = found(viewport=viewport)
    live(page)
    guild = guild_id(page)
    ingest(stack, *raid(guild), *names(guild))
    expect(page.locator(".raid-bar")).to_contain_text("60 violations by 24 members")
    sheet = opened(page)
    expect(sheet.locator(".raid-figures dd").first).to_have_text("60")
    expect(sheet.locator(".raid-members tbody tr")).to_have_count(MEMBERS)
    expect(sheet.locator(".chip").first).to_contain_text("30")
    sheet.get_by_role("button", name="Look after it").click()
    expect(sheet.locator(".raid-care")).to_contain_text("ada looks after it")
    sheet.get_by_label("For colleagues").fill("Invites closed until morning.")
    sheet.get_by_role("button", name="Add note").click()
    expect(sheet.locator(".raid-notes li")).to_contain_text("Invites closed until morning.")
    assert complaints_of_axe(page, within=".sheet") == []
    sheet.get_by_role("button", name="Clear their warnings").click()
    answer(page, "Clear warnings")
    expect(sheet.locator(".raid-members .pips").filter(has_text="2")).to_have_count(0)
    sheet.get_by_role("button", name="All 60 violations").click()
    expect(page.locator("#violations .panel-head .note")).to_have_text("60 fit")
    expect(page).to_have_url(re.compile("incident="))
    page.go_back()
    expect(sheet.locator(".raid-figures dd").first).to_have_text("60")


def test_the_chart_leads_to_it_and_from_one_to_the_next(found: Visit, stack: Made) -> None:
    page = found(viewport=DESKTOP)
    live(page)
    guild = guild_id(page)
    earlier = datetime.now(UTC) - timedelta(hours=3)
    times = [rfc3339(earlier + timedelta(seconds=at)) for at in range(15)]
    ingest(stack, *(violation(guild, "spam", timestamp=time) for time in times), *raid(guild))
    expect(page.locator(".raid-bar")).to_be_visible()
    point_at_the_latest(page, "Raid: 60 violations by 24 members")
    page.keyboard.press("Enter")
    figures = page.locator("dialog.sheet .raid-figures")
    expect(figures).to_contain_text("60")
    page.get_by_role("link", name="Earlier").click()
    expect(figures).to_contain_text("15")
    note = page.get_by_label("For colleagues")
    note.fill("about the earlier one")
    page.get_by_role("link", name="Later").click()
    expect(figures).to_contain_text("60")
    expect(note).to_have_value("")
    page.keyboard.press("Escape")
    raids = go(page, "time").locator(".raids li")
    expect(raids.first).to_contain_text("going on")
    expect(raids).to_have_count(2)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_back_from_a_member_leads_to_their_place_in_the_raid(
    found: Visit, stack: Made, viewport: ViewportSize
) -> None:
    page = found(viewport=viewport)
    live(page)
    ingest(stack, *raid(guild_id(page)))
    sheet, title = opened(page), page.locator("#sheet-title")
    expect(sheet.locator(".raid-members tbody tr")).to_have_count(MEMBERS)
    member = sheet.locator(".raid-members tbody a").last
    member.evaluate("link => link.scrollIntoView({ block: 'center' })")
    before = sheet.evaluate("sheet => sheet.scrollTop")
    assert before > 0
    member.evaluate("link => link.click()")
    expect(title).to_have_text("Member")
    assert sheet.evaluate("sheet => sheet.scrollTop") == 0
    page.go_back()
    expect(title).to_have_text("Raid")
    page.wait_for_function(
        "top => document.querySelector('dialog.sheet').scrollTop === top", arg=before
    )
    page.go_forward()
    expect(title).to_have_text("Member")
