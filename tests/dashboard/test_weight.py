"""What the page costs a phone: bytes over the network, and a layout that stays where it is."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from threading import Event

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import DESKTOP, PHONE, SECTIONS, go, leave, rfc3339
from tests.servers.made import ROOT

MOST_SCRIPT_BYTES = 108 * 1024
MOST_BYTES = 200 * 1024
MOST_FIRST_SCRIPT_BYTES = 28 * 1024  # before a phone shows the first figures
ON_DEMAND = (
    *("audit-", "channel-sheet-", "docs-", "erasing-", "export-sheet-", "report-sheet-"),
    *("rules-templates-", "series-table-", "sessions-", "settings-", "sign-in-"),
)
LOADED = """() => ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
  .map(({ name, encodedBodySize, decodedBodySize }) => [name, encodedBodySize, decodedBodySize])"""
SCRIPTS = """() => new Set(performance.getEntriesByType('resource')
  .map(({ name }) => name).filter((name) => name.endsWith('.js'))).size"""
SHIFTED = """() => new Promise((done) => {
  const seen = [];
  new PerformanceObserver((list) => seen.push(...list.getEntries()))
    .observe({ type: 'layout-shift', buffered: true });
  // What is buffered is told before the frame after the next.
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(seen
    .filter(({ hadRecentInput }) => !hadRecentInput)
    // What happens meanwhile enters at the top of its list, and moves the rest of that on purpose.
    .filter(({ sources }) => !sources.every(({ node }) => !node || node.closest?.('.feed')))
    .map(({ value, sources }) => [value, sources.map(({ node }) => node?.className ?? '')])))));
})"""


def not_on_demand() -> set[str]:
    """The scripts that come by themselves, and what of the others they share with these."""
    files = (ROOT / "dashboard/dist/assets").glob("*.js")
    words = {file.name: file.read_text() for file in files}
    found = {name for name in words if not name.startswith((*ON_DEMAND, "chunk-"))}
    chunks = {name for name in words if name.startswith("chunk-")}
    while shared := {name for name in chunks - found if any(name in words[one] for one in found)}:
        found |= shared
    return found


def load_afresh(page: Page) -> None:
    """Load as somebody does who comes back, and wait until the first screen stands."""
    page.reload()
    page.locator("modwatch-chart canvas").first.wait_for()
    expect(page.locator("#overview [aria-busy=true]")).to_have_count(0)


def while_nothing_happens(page: Page) -> None:
    """Live, but no event comes: one that does moves what stands beside a number that grows."""

    def pass_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda said: None if '"data"' in str(said) else socket.send(said))

    page.route_web_socket("**/ws", pass_on)


def test_the_page_is_light(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    page.route("**/*", lambda route: route.continue_())  # turns the browser's cache off
    load_afresh(page)
    # What comes after the first screen counts as well, but not what comes only on demand.
    built = sorted(not_on_demand())
    page.wait_for_function(f"count => ({SCRIPTS})() >= count", arg=len(built))
    loaded = {name: (sent, content) for name, sent, content in page.evaluate(LOADED)}
    scripts = {name: sent for name, (sent, _) in loaded.items() if name.endswith(".js")}
    assert sorted(PurePosixPath(name).name for name in scripts) == built
    assert 0 < sum(scripts.values()) <= MOST_SCRIPT_BYTES
    assert sum(sent for sent, _ in loaded.values()) <= MOST_BYTES
    words = {name: sizes for name, sizes in loaded.items() if name.endswith((".js", ".css"))}
    assert len(words) >= 3
    # Compressed on the way; very small files need not be.
    assert all(sent < content or content < 200 for sent, content in words.values()), words


def test_the_first_figures_come_after_little_script() -> None:
    dist = ROOT / "dashboard/dist"
    first = re.findall(
        r'(?:type="module" src|modulepreload" href)="(.+?)"', (dist / "index.html").read_text()
    )
    assert first
    assert sum((dist / f"{name}.gz").stat().st_size for name in first) <= MOST_FIRST_SCRIPT_BYTES


def test_the_figures_are_asked_for_while_the_script_is_on_its_way(visit: Visit) -> None:
    page = visit()
    address = leave(page)
    held: list[Route] = []
    is_over = Event()

    def hold(route: Route) -> None:
        route.continue_() if is_over.is_set() else held.append(route)

    page.route("**/assets/chunk-*.js", hold)
    with (
        page.expect_request("**/assets/chunk-*.js"),
        page.expect_request("**/servers/*/overview"),
        page.expect_request("**/auth/me"),
    ):
        page.goto(address, wait_until="commit")
    is_over.set()  # before: none comes to be held after the last
    for route in held:
        route.continue_()
    page.unroute_all()
    page.locator("modwatch-chart canvas").first.wait_for()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_layout_stays_where_it_is(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(role="owner", viewport=viewport)
    while_nothing_happens(page)
    for period in ("Month", "Day"):
        page.get_by_role("button", name=period, exact=True).click()
        load_afresh(page)
        assert page.evaluate(SHIFTED) == []


def test_what_is_said_of_health_has_its_room_kept(visit: Visit) -> None:
    """Whether its words take two lines depends on numbers, and on the hour that is said."""
    page = visit("/?period=month", role="owner", viewport=DESKTOP)
    address = leave(page)
    while_nothing_happens(page)
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    def answer_at_length(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | at_length())

    page.route("**/metrics?*", answer_at_length, times=1)  # what is asked again has no content
    page.route("**/health?*", keep)
    with page.expect_response("**/metrics?*"):
        page.goto(address)
    expect(page.locator(".feed li").first).to_be_visible()
    held.pop().continue_()
    page.unroute("**/health?*")
    page.locator("modwatch-chart canvas").first.wait_for()
    expect(page.locator(".health .relief")).to_contain_text("nothing")  # which is loaded later
    assert page.evaluate(SHIFTED) == []


def at_length() -> dict[str, object]:
    """What the page has many words for."""
    since = datetime.now(UTC).replace(hour=22, minute=50) - timedelta(days=45)
    return {"data_since": rfc3339(since), "avg_response_time_ms": 888}


def test_going_through_all_sections_moves_nothing_that_is_read(visit: Visit) -> None:
    page = visit(role="owner", viewport=DESKTOP)
    for section in SECTIONS:
        go(page, section)
        page.wait_for_function(
            "([id, most]) => document.getElementById(id).getBoundingClientRect().top < most",
            arg=[section, DESKTOP["height"] / 2],
        )
