"""One answer that does not come takes nothing else with it."""

from playwright.sync_api import Page, Route

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import go, without_live

# section -> what fails there, the titles of its panels, and a panel beside it with its own answer
FAILING = {
    "violations": ("violations?*", ["All violations"], None),
    "people": ("warnings?*", ["Warnings"], "Top offenders"),
    "rules": ("rule-effectiveness?*", ["Effectiveness"], "Rules text"),
    "time": ("temporal-analytics*", ["By day and hour", "Peaks and raids"], None),
    "moderators": ("moderators?*", ["Who acted", "Coverage gaps"], None),
    "settings": ("config", ["Moderation settings"], "Roles"),
    "audit": ("audit-log?*", ["Changes"], None),
}


def answers_503(page: Page) -> None:
    """What the server says while the database is away, for one read of each section."""

    def refuse(route: Route) -> None:
        route.fulfill(
            status=503,
            content_type="application/problem+json",
            headers={"Retry-After": "600"},
            body='{"title": "Service Unavailable", "status": 503, "detail": "away"}',
        )

    for path, _, _ in FAILING.values():
        page.route(f"**/api/v1/servers/*/{path}", refuse)


def test_a_section_that_fails_is_retried_alone(visit: Visit) -> None:
    page = visit(role=None)
    without_live(page)
    answers_503(page)
    page.get_by_role("button", name="Admin").click()
    page.locator("modwatch-chart canvas").first.wait_for()
    expect(page.locator("#overview .failed")).to_have_count(0)
    for section, (_, titles, beside) in FAILING.items():
        place = go(page, section)
        for title in titles:
            failed = place.get_by_role("article", name=title).locator(".failed")
            expect(failed).to_contain_text("The database is away")
        expect(place.locator(".failed")).to_have_count(len(titles))
        if beside:
            expect(place.get_by_role("article", name=beside)).to_be_visible()
    page.unroute_all()
    for section, (_, titles, _) in FAILING.items():
        place = go(page, section)
        panel = place.get_by_role("article", name=titles[0])
        panel.get_by_role("button", name="Try again").click()
        expect(place.locator(".failed")).to_have_count(0)
        for title in titles:
            panel = place.get_by_role("article", name=title)
            expect(panel).to_have_attribute("aria-busy", "false")


def test_a_part_of_the_page_that_cannot_be_loaded(visit: Visit) -> None:
    """The connection broke, or a new version is there and the files of this one are gone."""
    page = visit(role=None)
    for file in ("chart-element", "rest"):
        page.route(f"**/assets/{file}-*.js", lambda route: route.abort())
    page.get_by_role("button", name="Moderator").click()
    figures = page.get_by_role("region", name="Messages and violations as a table")
    expect(figures.locator("tbody tr").first).to_be_visible()
    for section in ("violations", "settings"):
        page.evaluate("section => { location.hash = section }", section)
        alert = page.locator(f"#{section}").get_by_role("alert")
        expect(alert).to_contain_text("This part of the page could not be loaded")
    page.unroute_all()
    alert.get_by_role("button", name="Load again").click()
    expect(page.locator("modwatch-chart canvas").first).to_be_attached()
    expect(go(page, "settings").get_by_role("article", name="Roles")).to_be_visible()
