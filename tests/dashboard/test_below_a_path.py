"""The page below a path of its host, as `https://example.org/modwatch/`."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.dashboard.expecting import expect
from tests.dashboard.pages import guild_id, ingest, live, make_export, violation
from tests.servers.made import Made
from tests.servers.path_proxy import PathProxy, below_a_path


@pytest.fixture
def proxy(stack: Made) -> Iterator[PathProxy]:
    with below_a_path(stack.url) as opened:
        yield opened


def test_the_page_works_below_a_path(
    contexts: Callable[..., BrowserContext], stack: Made, proxy: PathProxy
) -> None:
    page = contexts().new_page()
    page.goto(f"{proxy.url}?period=week#violations")
    page.get_by_role("button", name="Moderator").click()
    page.locator("modwatch-chart canvas").first.wait_for()
    live(page)
    event = violation(guild_id(page), "below a path")
    ingest(stack, event)
    expect(page.locator(f".feed a[href='#violation/{event['id']}']")).to_be_visible()
    assert page.url.startswith(f"{proxy.url}?guild=")
    with page.expect_download() as begun:
        make_export(page).get_by_role("link", name="Download").click()
    assert begun.value.url.startswith(proxy.url)
    entered_again(page)
    assert proxy.missed == []


def entered_again(page: Page) -> None:
    """What the browser keeps and asks for by itself: after a reload, and of the manifest."""
    page.reload()
    page.locator("modwatch-chart canvas").first.wait_for()
    manifest = page.evaluate("document.querySelector('link[rel=manifest]').href")
    answer = page.request.get(manifest)
    assert answer.ok
    named = answer.json()
    for address in (named["start_url"], named["scope"], *[icon["src"] for icon in named["icons"]]):
        found = page.evaluate(
            "([address, from]) => new URL(address, from).href", [address, manifest]
        )
        assert page.request.get(found).ok, found
