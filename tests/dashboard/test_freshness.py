"""Refreshing, and what is said when it fails."""

from playwright.sync_api import expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import without_live


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
