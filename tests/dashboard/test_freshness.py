"""Refreshing, and what is said when it fails."""

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    all_is_loaded,
    by_itself,
    event,
    guild_id,
    ingest,
    without_live,
)
from tests.servers.made import Made

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
    expect(page.locator(".figure .key").first).to_be_visible()  # it was answered once
    with page.expect_response("**/servers/*/overview") as answered:
        page.clock.run_for(31_000)
    assert answered.value.request.header_value("If-None-Match")
    assert answered.value.status in (200, 304)
    expect(page.locator(".status").get_by_text("Checked")).to_be_visible()


def test_without_a_connection_the_last_figures_stay(found: Visit, stack: Made) -> None:
    page = found()
    ingest(stack, event(guild_id(page), "messages", count=500))
    figure = page.locator(".figure .key").first
    expect(figure).to_have_text("500")
    without_live(page)
    page.clock.install()
    page.reload()
    all_is_loaded(page)
    page.context.set_offline(True)
    page.clock.run_for(31_000)
    failure = page.locator("#overview .failed")
    expect(failure).to_contain_text("Modwatch cannot be reached")
    expect(failure).to_contain_text("Shown is what was true at")
    expect(figure).to_have_text("500")
    page.context.set_offline(False)
    expect(failure).to_have_count(0)


def test_what_nobody_looked_at_for_a_while_says_so(visit: Visit) -> None:
    """A page in the background asks nothing; when it is looked at again it says how old it is."""
    page = by_itself(visit, "Viewer")
    page.reload()  # whoever enters asks once more a moment later
    status = page.locator(".status-words")
    expect(status).to_have_text("Up to date")
    page.evaluate(HIDE, True)
    page.clock.fast_forward(150_000)
    expect(status).to_have_text("Stale: not checked for a while")
    with page.expect_response("**/servers/*/overview"):
        page.evaluate(HIDE, False)
    expect(status).to_have_text("Up to date")


def test_a_server_that_is_gone_is_told_of_at_once_with_the_age_of_what_is_shown(
    visit: Visit,
) -> None:
    page = visit()
    expect(page.locator(".status-words")).to_have_text("Live")
    all_is_loaded(page)
    bar = page.locator(".gone-bar")
    expect(bar).to_have_count(0)
    page.context.set_offline(True)
    expect(bar).to_contain_text("Modwatch cannot be reached.")
    expect(bar).to_contain_text("s ago")
    page.context.set_offline(False)
    expect(bar).to_have_count(0)
    expect(page.locator(".status-words")).to_have_text("Live")
