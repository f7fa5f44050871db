"""Refreshing, and what is said when it fails."""

from playwright.sync_api import expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import by_itself, without_live

# What the browser says when its window is covered, or the phone locked.
HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_the_overview_is_asked_again_with_its_etag(visit: Visit) -> None:
    page = visit(role=None)
    without_live(page)
    page.clock.install()
    page.get_by_role("button", name="Viewer").click()
    page.locator("modwatch-chart canvas").first.wait_for()
    with page.expect_response("**/overview") as answered:
        page.clock.run_for(31_000)
    assert answered.value.request.header_value("If-None-Match")
    assert answered.value.status in (200, 304)
    expect(page.get_by_text("Last updated")).to_be_visible()


def test_without_a_connection_the_last_figures_stay(visit: Visit) -> None:
    page = visit(role=None)
    without_live(page)
    page.clock.install()
    page.get_by_role("button", name="Viewer").click()
    figure = page.locator(".figure .key").first
    expect(figure).to_be_visible()
    before = figure.inner_text()
    page.context.set_offline(True)
    page.clock.run_for(31_000)
    failure = page.locator("#overview .failed")
    expect(failure).to_contain_text("Modwatch cannot be reached")
    expect(failure).to_contain_text("Shown is what was true at")
    assert figure.inner_text() == before
    page.context.set_offline(False)
    expect(failure).to_have_count(0)


def test_what_nobody_looked_at_for_a_while_says_so(visit: Visit) -> None:
    """A page in the background asks nothing; when it is looked at again it says how old it is."""
    page = by_itself(visit, "Viewer")
    status = page.locator(".status-words")
    expect(status).to_have_text("Up to date")
    page.evaluate(HIDE, True)
    page.clock.fast_forward(150_000)
    expect(status).to_have_text("Stale: not checked for a while")
    with page.expect_response("**/overview"):
        page.evaluate(HIDE, False)
    expect(status).to_have_text("Up to date")
