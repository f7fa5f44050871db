"""Before a login, during, and after."""

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import Visit


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
