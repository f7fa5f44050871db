"""The list of violations, at any length."""

from playwright.sync_api import Locator, Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import bot_token, choose_server, go, ingest, violation
from tests.servers.made import Made

TO_ITS_MIDDLE = """each => {
  const box = each.getBoundingClientRect();
  scrollTo({ top: scrollY + box.top + box.height / 2 - innerHeight / 2, behavior: 'instant' });
}"""


def rows(page: Page) -> Locator:
    return page.locator("#violations tbody tr.row")


def test_they_are_filtered_and_paged(visit: Visit) -> None:
    page = visit()
    place = go(page, "violations")
    place.get_by_label("Severity").select_option("low")
    expect(rows(page).locator(".severity-low")).to_have_count(25)
    place.get_by_role("button", name="Show older").click()
    expect(place.locator(".panel-foot")).to_contain_text("225 violations of")
    assert rows(page).count() == rows(page).locator(".severity-low").count()


def test_filters_are_part_of_the_address(visit: Visit) -> None:
    page = visit("/?severity=high&action=ban")
    place = go(page, "violations")
    expect(place.get_by_label("Action", exact=True)).to_have_value("ban")
    shown = rows(page).locator(".at-action").all_inner_texts()
    assert set(shown) == {"Ban"}
    place.get_by_role("button", name="Clear", exact=True).click()
    assert "severity" not in page.url


def test_a_search_that_finds_nothing_says_so(visit: Visit) -> None:
    page = visit()
    place = go(page, "violations")
    place.get_by_label("Search in reasons").fill("no such words anywhere")
    expect(place).to_contain_text("No violation fits these filters")
    place.get_by_role("button", name="Clear them").click()
    expect(rows(page)).to_have_count(25)


def test_a_rule_leads_to_its_violations(visit: Visit) -> None:
    page = visit("/?period=month")
    first = go(page, "rules").locator(".stack-rules .row-link").first
    rule = first.inner_text()
    first.click()
    expect(page.locator("#violations")).to_be_in_viewport()
    expect(page.get_by_label("Rule", exact=True)).to_have_value(rule)


def test_a_long_list_is_drawn_only_where_one_looks(visit: Visit, stack: Made) -> None:
    page = visit(role="owner")
    guild = choose_server(page, 2)
    hail = [violation(guild, f"hailstone {at}", "low") for at in range(1_200)]
    ingest(stack, bot_token(stack, guild), hail)
    page.goto(f"/?guild={guild}&q=hailstone")
    place = go(page, "violations")
    foot = place.locator(".panel-foot")
    place.get_by_role("button", name="Show older").click()
    for read in ("225", "425", "625", "825", "1,025", "1,200"):
        # Further pages follow by themselves as the end comes near.
        foot.scroll_into_view_if_needed()
        expect(foot).to_contain_text(f"{read} violations of 1,200")
    page.locator("#violation-rows").evaluate(TO_ITS_MIDDLE)
    expect(page.locator("#violation-rows tr[aria-rowindex='602']")).to_be_in_viewport()
    assert rows(page).count() < 100


def test_the_drawer_has_all_of_it_and_the_history(visit: Visit) -> None:
    page = visit()
    go(page, "violations")
    rows(page).first.get_by_role("link").click()
    sheet = page.locator(".sheet")
    for word in ("Time", "Rule", "Action", "Found by", "Member"):
        expect(sheet.locator("dt").get_by_text(word, exact=True)).to_be_visible()
    expect(sheet.locator(".history [aria-current=true]")).to_have_count(1)
    with page.expect_response("**/violations/*") as seen:
        page.reload()
    assert len(seen.value.json()["history"]) == sheet.locator(".history li").count()
