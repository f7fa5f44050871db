"""Before a login, during, and after."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import Visit
from tests.servers.made import Made


@pytest.mark.parametrize("role", ["owner", "admin", "moderator", "viewer"])
def test_each_demo_role_gets_in(visit: Visit, role: str) -> None:
    page = visit(role=role)
    page.get_by_label("Account").click()
    expect(page.locator(".menu")).to_contain_text(f"{role} of this server")


def test_a_failed_login_is_explained(visit: Visit) -> None:
    page = visit("/?error=auth_failed", role=None)
    expect(page.get_by_role("alert")).to_contain_text("Discord did not confirm the login")


def test_logging_out_ends_the_session(visit: Visit) -> None:
    page = visit()
    page.get_by_label("Account").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Look around as")).to_be_visible()
    assert page.request.get("/api/v1/auth/me").status == 401


def test_a_session_that_ended_elsewhere_leads_to_the_door_and_back(
    visit: Visit, stack: Made
) -> None:
    """The socket tells: nothing is to be pressed, and what could be may be gone already."""
    page = visit("/?period=week#people")
    expect(page.locator(".status-words")).to_have_text("Live")
    (cookie,) = page.context.cookies()
    elsewhere = {"Origin": stack.url, "Cookie": f"{cookie['name']}={cookie['value']}"}
    assert httpx.post(f"{stack.url}/api/auth/logout", headers=elsewhere).is_success
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    expect(page.locator("#main")).not_to_contain_text("Top offenders")
    page.get_by_role("button", name="Viewer").click()
    expect(page.locator("#people")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Week")).to_have_attribute("aria-pressed", "true")
