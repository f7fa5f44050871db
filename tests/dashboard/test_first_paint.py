"""What the first screen does not show comes after it, and comes whatever becomes of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest
from playwright.sync_api import Page, Request, Route

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.discord.server import Discord

OVERVIEW = "**/api/v1/servers/*/overview"
LATER = ("chart-element", "live-handlers", "rest")
# Panel after panel is drawn in a task of its own, each begun by the one before.
DRAWN = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"""


def hold_overview(page: Page) -> Callable[[], None]:
    """Keep the overview's answers waiting; returns what lets them through."""
    held: list[Route] = []
    is_over = Event()

    def hold(route: Route) -> None:
        route.continue_() if is_over.is_set() else held.append(route)

    def let_through() -> None:
        is_over.set()  # before: none comes to be held after the last
        for route in held:
            route.continue_()

    page.route(OVERVIEW, hold)
    return let_through


def asked_later(page: Page) -> set[str]:
    """Which scripts that the first screen does not need were asked for; it grows."""
    asked: set[str] = set()

    def hear(request: Request) -> None:
        asked.update(name for name in LATER if f"/assets/{name}-" in request.url)

    page.on("request", hear)
    return asked


@contextmanager
def all_else_is_asked_for(page: Page) -> Iterator[None]:
    with ExitStack() as awaited:
        for name in LATER:
            awaited.enter_context(page.expect_request(f"**/assets/{name}-*.js"))
        yield


def test_the_first_figures_share_the_line_with_nothing_they_do_not_need(visit: Visit) -> None:
    page = visit()
    let_through = hold_overview(page)
    asked = asked_later(page)
    page.reload(wait_until="commit")
    expect(page.locator("#overview article")).to_have_count(4)
    page.evaluate(DRAWN)
    assert asked == set()
    with all_else_is_asked_for(page):
        let_through()


def test_all_else_comes_where_the_figures_are_refused(visit: Visit) -> None:
    page = visit()
    page.route(OVERVIEW, lambda route: route.fulfill(status=503, body="{}"))
    with all_else_is_asked_for(page):
        page.reload(wait_until="commit")


def test_all_else_comes_in_a_tab_that_nobody_looks_at(visit: Visit) -> None:
    page = visit()
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    with all_else_is_asked_for(page):
        page.reload(wait_until="commit")


@pytest.mark.parametrize(
    ("place", "shown"), [("shortcuts", "dialog kbd"), ("rules", "#rules article")]
)
def test_a_link_elsewhere_does_not_wait_for_the_figures(
    visit: Visit, place: str, shown: str
) -> None:
    page = visit()
    page.evaluate("place => { location.hash = place }", place)
    let_through = hold_overview(page)
    page.reload(wait_until="commit")
    page.locator(shown).first.wait_for()
    let_through()


def test_who_has_no_server_can_log_out(visit: Visit, town: Discord) -> None:
    town.world.sign_in(town.world.add_user(username="eve").id)
    page = visit("/api/auth/login", role=None)
    page.get_by_role("heading", name="No server to show").wait_for()
    page.locator(".account summary").click()
    page.locator(".menu").get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="No server to show").wait_for(state="detached")
