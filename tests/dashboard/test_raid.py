"""A raid: thousands of events in a few seconds, while somebody looks."""

from datetime import UTC, datetime, timedelta
from threading import Thread

from playwright.sync_api import CDPSession, Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import Event, batched, go, guild_id, ingest, live, rfc3339, violation
from tests.servers.made import Made

RAIDERS, BATCHES = 3_000, 6
FEED, TOASTS, PAGE = 10, 3, 25
MOST_ELEMENTS = 3_000  # of 10 sections, with 80 rows in one of them
KEPT_MOST_BYTES = (
    10_000_000  # a page that keeps what it was told, and draws it, takes several times that
)
# Notes in each frame how much there is, and how often the page changed since the frame before.
WATCH = """() => {
  window.most = { elements: 0, toasts: 0, draws: 0, feed: 0, twice: 0 };
  const count = (selector) => document.querySelectorAll(selector).length;
  const note = (name, value) => { window.most[name] = Math.max(window.most[name], value); };
  new MutationObserver(() => {
    window.most.draws += 1;
    note('elements', count('*'));
    note('toasts', count('.toast'));
    note('feed', count('.feed li'));
    for (const list of ['.feed', '#violation-rows']) {
      const links = [...document.querySelectorAll(`${list} a[href^="#violation/"]`)];
      note('twice', links.length - new Set(links.map((each) => each.hash)).size);
    }
  }).observe(document.getElementById('app'), { childList: true, subtree: true });
}"""


def kept_bytes(session: CDPSession) -> int:
    session.send("HeapProfiler.collectGarbage")
    return int(session.send("Runtime.getHeapUsage")["usedSize"])


def raid(stack: Made, hits: list[Event]) -> None:
    for batch in batched(hits, RAIDERS // BATCHES):
        ingest(stack, *batch)


def hits(guild: str) -> list[Event]:
    """One a millisecond, so that their order is known."""
    began = datetime.now(UTC) - timedelta(milliseconds=RAIDERS)
    return [
        violation(guild, f"raider {at}", timestamp=rfc3339(began + timedelta(milliseconds=at)))
        for at in range(RAIDERS)
    ]


def test_a_raid_is_drawn_once_and_leaves_the_page_usable(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    guild = guild_id(page)
    go(page, "violations")
    session = page.context.new_cdp_session(page)
    ingest(stack, violation(guild, "before the raid"))
    expect(page.locator("#violation-rows tr.row")).to_have_count(1)
    before = kept_bytes(session)
    page.evaluate(WATCH)
    attack = Thread(target=raid, args=(stack, hits(guild)))
    attack.start()
    expect(page.locator(".raid-bar")).to_be_visible()
    page.get_by_role("button", name="Week").click()  # somebody goes on working
    expect(page.get_by_role("button", name="Week")).to_have_attribute("aria-pressed", "true")
    attack.join()
    all_is_counted(page)
    most = page.evaluate("window.most")
    assert (most["twice"], most["feed"]) == (0, FEED)
    assert most["toasts"] <= TOASTS
    assert most["elements"] < MOST_ELEMENTS
    assert most["draws"] < RAIDERS / 2, "what comes together is drawn together"
    assert kept_bytes(session) - before < KEPT_MOST_BYTES


def all_is_counted(page: Page) -> None:
    """The figures, the list, the feed and the notices end right."""
    key = page.locator(".figure").filter(has=page.get_by_text("Violations", exact=True))
    expect(key.locator(".key")).to_have_text(f"{RAIDERS + 1:,}")
    place = go(page, "violations")
    expect(place.locator(".panel-foot")).to_contain_text(f"{PAGE} violations of {RAIDERS + 1:,}")
    rows = place.locator("tbody tr.row")
    expect(rows).to_have_count(PAGE)
    expect(rows.first).to_contain_text(f"raider {RAIDERS - 1}")
    expect(page.locator(".feed li").first).to_contain_text(f"raider {RAIDERS - 1}")
    page.locator(".bell").click()
    told = page.locator(".sheet .notices li").filter(has_text="violations by")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(f"{RAIDERS + 1:,} violations by 1 member")
    expect(page.locator(".sheet .notices li").filter(has_text="raider")).to_have_count(0)
