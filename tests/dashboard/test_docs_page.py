"""The page that describes the API: readable on a phone, in both themes, without a script."""

from playwright.sync_api import expect

from tests.dashboard.conftest import Visit

PHONE = {"width": 320, "height": 640}


def test_a_route_opens_by_keyboard(visit: Visit) -> None:
    page = visit("/api/v1/docs", role=None)
    route = page.locator("#put_config")
    expect(route.get_by_text("Fields of the answer")).to_be_hidden()
    route.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(route.get_by_text("Fields of the answer")).to_be_visible()
    expect(route).to_contain_text("Needs the role admin")
    expect(route).to_contain_text('-H "Authorization: Bearer $TOKEN"')


def test_the_contents_lead_to_each_noun(visit: Visit) -> None:
    page = visit("/api/v1/docs", role=None)
    page.get_by_role("navigation").get_by_role("link", name="Violations").click()
    expect(page.get_by_role("heading", name="Violations")).to_be_in_viewport()


def test_it_fits_a_phone_with_everything_open(visit: Visit) -> None:
    page = visit("/api/v1/docs", role=None, viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_it_follows_the_theme(visit: Visit) -> None:
    colours = set()
    for scheme in ("dark", "light"):
        page = visit("/api/v1/docs", role=None, color_scheme=scheme)
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours == {"rgb(15, 18, 23)", "rgb(245, 246, 248)"}


def test_it_loads_nothing_from_elsewhere(visit: Visit) -> None:
    page = visit(
        "/api/v1/docs", role=None
    )  # so that nothing another page asked for is still coming
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload(wait_until="networkidle")
    origin = page.url.removesuffix("/api/v1/docs")
    own = {f"{origin}{path}" for path in ("/api/v1/docs", "/api/v1/docs.css", "/favicon.ico")}
    assert set(asked) <= own
