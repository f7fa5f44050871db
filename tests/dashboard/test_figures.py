"""What the page shows is what the API says."""

import re

from playwright.sync_api import APIResponse, Page, Route

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    Event,
    event,
    go,
    guild_id,
    ingest,
    leave,
    present,
    violation,
    without_live,
)
from tests.servers.made import Made

COUNT_CHARTS = """() => {
  window.charts = 0
  new MutationObserver((seen) => {
    for (const each of seen.flatMap(({ addedNodes }) => [...addedNodes])) {
      const charts = each.parentElement?.querySelectorAll('modwatch-chart') ?? []
      window.charts += [...charts].filter((chart) => each.contains(chart)).length
    }
  }).observe(document, { childList: true, subtree: true })
}"""


def key_figure(page: Page, name: str) -> int:
    figure = page.locator(".figure").filter(has=page.get_by_text(name, exact=True))
    return int(figure.locator(".key").inner_text().replace(",", ""))


def test_key_figures_are_those_of_the_overview(visit: Visit) -> None:
    page = visit()
    address = leave(page)
    without_live(page)  # else what happens meanwhile is counted on
    answers: list[APIResponse] = []

    def first_one(route: Route) -> None:
        if not answers:
            answers.append(route.fetch())
        route.fulfill(response=answers[0])

    page.route("**/servers/*/overview", first_one)
    page.goto(address)
    page.locator("modwatch-chart canvas").first.wait_for()
    metrics = answers[0].json()["metrics"]
    assert key_figure(page, "Messages") == metrics["messages_processed"]
    assert key_figure(page, "Violations") == metrics["violations_total"]


def test_each_period_has_its_own_series(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Show as table").first.click()
    for period, buckets in {"Hour": 60, "Day": 24, "Week": 168, "Month": 30}.items():
        page.get_by_role("button", name=period, exact=True).click()
        rows = page.get_by_role("region", name="Messages and violations as a table")
        expect(rows.locator("tbody tr")).to_have_count(buckets)


def test_charts_are_made_once_whichever_answer_comes_first(visit: Visit) -> None:
    """Health says whether there is a period to compare with. Made anew, they lose the focus."""
    page = visit()
    page.locator("modwatch-chart canvas").first.wait_for()
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route("**/health?*", keep)
    page.evaluate(COUNT_CHARTS)
    with page.expect_request("**/health?*"):
        page.get_by_role("button", name="Month", exact=True).click()
    expect(page.get_by_text(re.compile("Since .*, days of UTC"))).to_be_visible()
    for each in held:
        each.continue_()
    page.unroute("**/health?*")
    page.locator("modwatch-chart[aria-label*='30 days'] canvas").first.wait_for()
    expect(page.locator(".figure .key").first).to_be_visible()
    assert page.evaluate("window.charts") == 1


def test_guild_and_period_stay_in_the_address(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Month").click()
    page.get_by_role("combobox", name="Server").select_option(index=1)
    chosen = guild_id(page)
    expect(page).to_have_url(re.compile(f"guild={chosen}&period=month"))
    page.reload()
    page.locator("modwatch-chart canvas").first.wait_for()
    assert guild_id(page) == chosen
    month = page.get_by_role("button", name="Month")
    expect(month).to_have_attribute("aria-pressed", "true")


def test_the_chart_is_read_by_keyboard(visit: Visit) -> None:
    page = visit()
    chart = page.locator("modwatch-chart")
    chart.focus()
    chart.press("End")
    expect(chart.locator(".reading")).to_contain_text(" to ")
    chart.press("Escape")
    expect(chart.locator(".reading")).to_contain_text("in all")


def test_the_heat_map_is_one_tab_stop(visit: Visit) -> None:
    page = visit()
    grid = go(page, "time").get_by_role("grid")
    expect(grid.locator("button")).to_have_count(168)
    expect(grid.locator("button[tabindex='0']")).to_have_count(1)
    grid.locator("button[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#time .heat-reading")).to_contain_text("Monday 00:00 to 01:00")


def test_the_bots_response_and_the_moderators_stand_apart(found: Visit, stack: Made) -> None:
    """A mean and percentiles that stand together are of the same violations."""
    page = found()
    guild = guild_id(page)
    by_bot: Event = {"detection_type": "ai", "response_time_ms": 100}
    by_hand: Event = {"detection_type": "manual", "response_time_ms": 300_000}
    ingest(
        stack,
        event(
            guild, "messages", count=1_000, response_time_ms_sum=7_000, response_time_count=1_000
        ),
        *(violation(guild, "seen by the bot") | by_bot for _ in range(3)),
        violation(guild, "seen by a moderator") | by_hand,
    )
    figure = page.locator(".figure").filter(has_text="Median response of the bot")
    bots = re.compile(r"^(\d+) ms$"), re.compile(r"^95 % within (\d+) ms, mean 100 ms\s")
    moderators = re.compile(r"Moderators: median (\S+) min, 95 % within (\S+) min, mean 5 min")
    expect(figure.locator(".words")).to_contain_text(moderators)
    said = figure.locator(".key, .words").all_inner_texts()
    shown = [
        *(
            float(present(each.search(text))[1]) / 100
            for each, text in zip(bots, said, strict=True)
        ),
        *(float(each) / 5 for each in present(moderators.search(said[1])).groups()),
    ]
    assert all(0.9 <= each <= 1.1 for each in shown), said
