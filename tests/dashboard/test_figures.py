"""What the page shows is what the API says."""

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import go, guild_id, without_live


def key_figure(page: Page, name: str) -> int:
    figure = page.locator(".figure").filter(has=page.get_by_text(name, exact=True))
    return int(figure.locator(".key").inner_text().replace(",", ""))


def test_key_figures_are_those_of_the_overview(visit: Visit) -> None:
    page = visit()
    without_live(page)  # else what happens meanwhile is counted on
    answers: list[APIResponse] = []

    def first_one(route: Route) -> None:
        answers.append(route.fetch())
        route.fulfill(response=answers[0])

    page.route("**/overview", first_one)
    page.reload()
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


def test_guild_and_period_stay_in_the_address(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Month").click()
    page.get_by_role("combobox", name="Server").select_option(index=1)
    chosen = guild_id(page)
    assert f"guild={chosen}&period=month" in page.url
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
