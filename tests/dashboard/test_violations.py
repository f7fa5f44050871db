"""The list of violations, at any length."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    UNTIL_LATELY,
    go,
    guild_id,
    ingest,
    leave,
    live,
    rfc3339,
    violation,
)
from tests.servers.made import Made

TO_ITS_MIDDLE = """each => {
  const box = each.getBoundingClientRect();
  scrollTo({ top: scrollY + box.top + box.height / 2 - innerHeight / 2, behavior: 'instant' });
}"""

# Further pages follow by themselves near the end. Answers how many rows were drawn at once.
TO_THE_END = """async words => {
  const foot = document.querySelector('#violations .panel-foot');
  let most = 0;
  while (!foot.textContent.includes(words)) {
    foot.scrollIntoView({ block: 'center', behavior: 'instant' });
    await new Promise(requestAnimationFrame);
    most = Math.max(most, document.querySelectorAll('#violation-rows tr.row').length);
  }
  foot.scrollIntoView({ block: 'center', behavior: 'instant' });
  return most;
}"""
TEN_THOUSAND = 10_000
MOST_ADDRESS_BYTES = 2_048


def rows(page: Page) -> Locator:
    return page.locator("#violations tbody tr.row")


def test_they_are_filtered_and_paged(visit: Visit) -> None:
    page = visit(UNTIL_LATELY)
    place = go(page, "violations")
    place.get_by_label("Severity").select_option("low")
    expect(rows(page).locator(".severity-low")).to_have_count(25)
    place.get_by_role("button", name="Show older").click()
    expect(place.locator(".panel-foot")).to_contain_text("225 violations of")
    levels = "all => all.map(each => each.querySelector('.at-severity').textContent.trim())"
    assert set(rows(page).evaluate_all(levels)) == {"Low"}


def test_filters_are_part_of_the_address(visit: Visit) -> None:
    page = visit("/?severity=high&action=ban")
    place = go(page, "violations")
    expect(place.get_by_label("Action", exact=True)).to_have_value("ban")
    shown = rows(page).locator(".at-action").all_inner_texts()
    assert set(shown) == {"Ban"}
    place.get_by_role("button", name="Clear", exact=True).click()
    expect(page).not_to_have_url(re.compile("severity"))


def test_a_search_that_finds_nothing_says_so(visit: Visit) -> None:
    page = visit()
    place = go(page, "violations")
    place.get_by_label("Search reasons and members").fill("no such words anywhere")
    expect(place).to_contain_text("No violation fits these filters")
    place.get_by_role("button", name="Clear them").click()
    expect(rows(page)).to_have_count(25)


def test_a_rule_leads_to_its_violations(visit: Visit) -> None:
    page = visit("/?period=month")
    rule = go(page, "rules").locator(".stack-rules .row-link").first.inner_text()
    page.locator(".stack-rules .row-link").get_by_text(rule, exact=True).click()
    expect(page.locator("#violations")).to_be_in_viewport()
    expect(page.get_by_label("Rule", exact=True)).to_have_value(rule)


def test_a_rule_of_many_words_leads_to_its_violations_too(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    go(page, "violations")
    guild, words = guild_id(page), "Щ" * 840
    ingest(stack, violation(guild, words), violation(guild, "another"))
    expect(rows(page)).to_have_count(2)
    refused: list[str] = []
    page.on("response", lambda seen: refused.append(seen.url) if seen.status >= 400 else None)
    asked: list[int] = []
    page.on("request", lambda sent: asked.append(len(sent.url)))
    rules = go(page, "rules")
    rules.locator(".stack-rules .row-link").filter(has_text=words).click()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Rule", exact=True)).to_have_value(words)
    page.get_by_role("link", name="Export violations").click()
    expect(page.locator(".sheet").get_by_label("Rule")).to_have_value(words)
    expect(page.locator(".sheet .estimate")).to_contain_text("1 row")
    page.reload()
    page.keyboard.press("Escape")
    go(page, "violations")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Rule", exact=True)).to_have_value(words)
    assert refused == []
    assert max(*asked, len(page.url)) < MOST_ADDRESS_BYTES


def test_ten_thousand_are_drawn_only_where_one_looks(found: Visit, stack: Made) -> None:
    page = found()
    guild = guild_id(page)
    page.goto("about:blank")  # it would hear of every one
    began = datetime.now(UTC) - timedelta(seconds=TEN_THOUSAND)
    hail = [
        violation(guild, f"hailstone {at}", "low", timestamp=rfc3339(began + timedelta(seconds=at)))
        for at in range(TEN_THOUSAND)
    ]
    ingest(stack, *hail)
    page.goto(f"/?guild={guild}&q=hailstone")
    place = go(page, "violations")
    place.get_by_role("button", name="Show older").click()
    drawn = page.evaluate(TO_THE_END, "10,000 violations of 10,000")
    assert 25 <= drawn < 100, "rows at once, on the way"
    last = page.locator(f"#violation-rows tr[aria-rowindex='{TEN_THOUSAND + 1}']")
    expect(last).to_be_in_viewport()
    expect(last).to_contain_text("hailstone 0")
    expect(place.get_by_role("table")).to_have_attribute("aria-rowcount", str(TEN_THOUSAND + 1))
    page.locator("#violation-rows").evaluate(TO_ITS_MIDDLE)
    middle = page.locator(f"#violation-rows tr[aria-rowindex='{TEN_THOUSAND // 2 + 2}']")
    expect(middle).to_be_in_viewport()
    expect(middle).to_contain_text(f"hailstone {TEN_THOUSAND // 2 - 1}")
    assert rows(page).count() < 100
    place.get_by_role("button", name="Back to the latest").click()
    expect(rows(page)).to_have_count(25)


def test_the_drawer_has_all_of_it_and_the_history(visit: Visit) -> None:
    page = visit()
    go(page, "violations")
    rows(page).first.get_by_role("link").click()
    sheet = page.locator(".sheet-inner")
    for word in ("Time", "Rule", "Action", "Found by", "Member"):
        expect(sheet.locator("dt").get_by_text(word, exact=True)).to_be_visible()
    expect(sheet.locator(".history [aria-current=true]")).to_have_count(1)
    address = leave(page)
    with page.expect_response("**/violations/*") as seen:
        page.goto(address)
    expect(sheet.locator(".history li")).to_have_count(len(seen.value.json()["history"]))
