"""Themes, widths, movement."""

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    DESKTOP,
    NARROWEST,
    SECTIONS,
    TABLET,
    go,
    guild_id,
    ingest,
    live,
    stop_time,
    violation,
)
from tests.servers.made import Made

# A link may cover its whole row, and a label its box: then these are what a finger hits. A link
# within a sentence may be as high as its line (WCAG 2.5.8).
HEIGHTS = """all => all.filter(each => !each.matches('.skip, p.prose *')).map(each => {
  const whole = each.matches('.row-link') ? '.row' : 'label';
  const hit = each.closest(whole) ?? each;
  return [each.outerHTML.slice(0, 80), Math.round(hit.getBoundingClientRect().height)];
})"""
AS_WIDE = "width => document.documentElement.scrollWidth === width"
NOTHING_OVERHANGS = """place => {
  const each = document.querySelector(place);
  return each.scrollWidth === each.clientWidth;
}"""
TARGETS = ":is(a, button, select, summary, input, textarea):visible"
DARK, LIGHT = "rgb(15, 18, 23)", "rgb(245, 246, 248)"
BARS = {"dark": [124, 156, 255], "light": [53, 86, 216]}
IS_PAINTED = """([red, green, blue]) => {
  const canvas = [...document.querySelectorAll('modwatch-chart canvas')].at(-1);
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const wanted = [red, green, blue, 255];
  for (let at = 0; at < data.length; at += 4)
    if (wanted.every((value, place) => data[at + place] === value)) return true;
  return false;
}"""


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.parametrize(("scheme", "color"), [("dark", DARK), ("light", LIGHT)])
def test_the_system_theme_is_followed(visit: Visit, scheme: str, color: str) -> None:
    assert background(visit(role=None, color_scheme=scheme)) == color


def test_a_chosen_theme_is_kept(visit: Visit) -> None:
    page = visit(color_scheme="dark")
    page.get_by_label("Account").click()
    page.get_by_role("group", name="Theme").get_by_role("button", name="Light").click()
    assert background(page) == LIGHT
    # Before the page's own script ran, the chosen theme must hold: else the other one flashes.
    page.route("**/assets/app-*.js", lambda route: route.abort())
    page.reload(wait_until="domcontentloaded")
    assert background(page) == LIGHT


def test_charts_follow_the_theme(visit: Visit) -> None:
    page = visit("/?period=month", color_scheme="dark")
    page.wait_for_function(IS_PAINTED, arg=BARS["dark"])
    assert not page.evaluate(IS_PAINTED, BARS["light"])
    page.emulate_media(color_scheme="light")  # as the system does at dawn
    page.wait_for_function(IS_PAINTED, arg=BARS["light"])
    assert not page.evaluate(IS_PAINTED, BARS["dark"])
    page.get_by_label("Account").click()
    page.get_by_role("group", name="Theme").get_by_role("button", name="Dark").click()
    page.wait_for_function(IS_PAINTED, arg=BARS["dark"])


def sheets(page: Page) -> list[str]:
    """The addresses of all that may lie over the page."""
    hit = page.locator("#violations tbody .row-link").first.get_attribute("href")
    member = page.locator("#people .stack-warnings .row-link").first.get_attribute("href")
    return [str(hit), str(member), "#happened", "#more", "#shortcuts", "#channel/new"]


def open_sheet(page: Page, address: str) -> None:
    page.evaluate("hash => { location.hash = hash }", address)
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator(".sheet .waiting")).to_have_count(0)


def test_nothing_is_wider_than_the_window(visit: Visit) -> None:
    page = visit(role="owner", has_touch=True)
    for viewport in (DESKTOP, TABLET, NARROWEST):
        page.set_viewport_size(viewport)
        for section in SECTIONS:
            go(page, section)
            page.wait_for_function(AS_WIDE, arg=viewport["width"])  # charts follow a frame later
        for address in sheets(page):
            open_sheet(page, address)
            page.wait_for_function(NOTHING_OVERHANGS, arg=".sheet")


def test_fingers_get_44_pixels(visit: Visit) -> None:
    page = visit(role="owner", viewport=NARROWEST, has_touch=True)
    for section in SECTIONS:
        go(page, section)
    page.get_by_label("Account").click()
    targets = page.locator(TARGETS).evaluate_all(HEIGHTS)
    assert len(targets) > 100
    for address in sheets(page):
        open_sheet(page, address)
        within = page.locator(".sheet").locator(TARGETS).evaluate_all(HEIGHTS)
        assert within, address
        targets += within
    assert [target for target in targets if target[1] < 44] == []


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_who_wants_it_so(
    found: Visit, stack: Made, motion: str, moves: bool
) -> None:
    page = found(reduced_motion=motion)
    live(page)
    page.clock.install()
    stop_time(page)  # what is new stays new
    ingest(stack, violation(guild_id(page), "just now"))
    fresh = page.locator(".feed .fresh")
    expect(fresh).to_have_count(1)
    name = fresh.evaluate("each => getComputedStyle(each).animationName")
    assert (name != "none") == moves
