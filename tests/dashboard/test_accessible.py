"""What axe can find against WCAG 2.1 A and AA: nothing, in every section, theme and width."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    DESKTOP,
    PHONE,
    SECTIONS,
    go,
    guild_id,
    ingest,
    live,
    open_first_warned,
    violation,
)
from tests.servers.made import ROOT, Made

AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
OVER_THE_PAGE = (
    *("#happened", "#shortcuts", "#more", "#channel/new"),
    *("#export/violations", "#schedule/new"),
)
EVERY_RULE = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
}
# Themes differ in colours alone.
COLOURS = {"type": "rule", "values": ["color-contrast"]}
# What still slides or fades in has other colours than what stays: axe looks when it is at rest.
RUN = """async ([within, rules]) => {
  const ends = each => each.effect.getComputedTiming().endTime < Infinity
  await Promise.allSettled(document.getAnimations().filter(ends).map(each => each.finished))
  const { violations } = await axe.run(
    within ?? document, { runOnly: rules, resultTypes: ['violations'] })
  return violations.map(({ id, nodes }) => [id, nodes.map(each => each.html.slice(0, 200))])
}"""


RAID = 12  # violations at once, more than the usual threshold
# To a name that no resolver may know.
ADD_CHANNEL = """async guild => (await (await fetch(`/api/v1/servers/${guild}/channels`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    kind: 'webhook', name: 'Night shift', settings: { url: 'https://hooks.invalid/here' } }),
})).json()).channel.id"""
NOTIFICATION = """async guild => {
  const read = await (await fetch(`/api/v1/servers/${guild}/notifications`)).json()
  return read.notifications.find(each => each.event_type === 'mass_violations').id
}"""


def complaints_of_axe(page: Page, within: str | None = None) -> list[Any]:
    """In both themes, of the whole page, or of what lies over it: that below was asked before."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    page.emulate_media(color_scheme="dark")
    found = page.evaluate(RUN, [within, EVERY_RULE])
    page.emulate_media(color_scheme="light")
    return [*found, *page.evaluate(RUN, [within, COLOURS])]


def over_the_page(page: Page, address: str, shows: str = "") -> list[Any]:
    page.evaluate("hash => { location.hash = hash }", address)
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator(".sheet")).to_contain_text(shows)
    expect(page.locator(".sheet .waiting")).to_have_count(0)
    return complaints_of_axe(page, within=".sheet")


def screens(page: Page) -> list[Any]:
    """What axe says of what lies over the page, of a question, and of the sections.

    All of these at the end: whatever axe is asked about, it goes through all that is drawn.
    """
    go(page, "violations")
    hit = page.locator("#violations tbody .row-link").first.get_attribute("href")
    found = []
    for address in (str(hit), *OVER_THE_PAGE):
        found += over_the_page(page, address)
    found += question(page)
    for section in SECTIONS:
        go(page, section)
    page.get_by_role("textbox", name="Rules text").fill("Be kind.")  # the editor, with its buttons
    page.get_by_label("Severity threshold").fill("0.4")
    for button in page.get_by_role("button", name="Show as table").all():
        button.click()
    return found + complaints_of_axe(page)


def question(page: Page) -> list[Any]:
    open_first_warned(page)
    page.get_by_role("button", name="Clear warnings").click()
    expect(page.locator(".ask")).to_be_visible()
    found = complaints_of_axe(page, within=".ask")
    page.locator(".ask").get_by_role("button", name="Cancel").click()
    return found


def empty_screens(page: Page) -> list[Any]:
    for section in SECTIONS:
        go(page, section)
    return complaints_of_axe(page)


def told_screens(page: Page, stack: Made) -> list[Any]:
    """Of an alert with its trail, of who was told of it and who was not, and of a channel."""
    guild = guild_id(page)
    channel = page.evaluate(ADD_CHANNEL, guild)
    page.reload()  # what was shown before is not there any more, and the channel is
    live(page)
    alerts = go(page, "alerts")
    ingest(stack, *(violation(guild, f"raid {number}", "low") for number in range(RAID)))
    alert = alerts.locator(".alerts li a[href^='#alert/']").first.get_attribute("href")
    why = page.evaluate(NOTIFICATION, guild)
    return [
        *over_the_page(page, str(alert), "Night shift: "),
        *over_the_page(page, f"#why/{why}", "On the channels:"),
        *over_the_page(page, f"#channel/{channel}", "New signing secret"),
    ]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(
    visit: Visit, found: Visit, stack: Made, viewport: dict[str, int]
) -> None:
    door = visit(role=None, viewport=viewport)
    door.get_by_role("heading", level=1).first.wait_for()
    assert complaints_of_axe(door) == []
    door.close()
    page = visit(role="owner", viewport=viewport)
    assert screens(page) == []
    page.close()
    quiet = found(viewport=viewport)
    assert empty_screens(quiet) == []
    assert told_screens(quiet, stack) == []


def test_axe_would_find_something(visit: Visit) -> None:
    page = visit(role=None)
    page.get_by_role("heading", level=1).first.wait_for()
    page.evaluate("document.querySelector('h1').style.color = '#444'")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert {each for each, _ in complaints_of_axe(page)} >= {"button-name", "color-contrast"}
