"""What people change on the page, and how it is asked, undone and refused."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import (
    answer,
    appealed,
    choose_server,
    go,
    guild_id,
    present,
    toast,
    without_live,
)
from tests.servers.made import Made

UNDO_MS = 10_000


def warned(page: Page) -> dict[str, int]:
    """The server's first page of warning levels, by member."""
    listed = page.request.get(f"/api/v1/servers/{guild_id(page)}/warnings").json()["warnings"]
    return {each["user_id"]: each["level"] for each in listed}


def clear_first(page: Page) -> str:
    """Clear the warnings of the first member listed; returns who that is."""
    link = go(page, "people").locator(".stack-warnings .row-link").first
    user_id = str(link.get_attribute("href")).removeprefix("#member/")
    link.click()
    page.get_by_role("button", name="Clear warnings").click()
    answer(page, "Clear warnings")
    return user_id


def test_clearing_warnings_can_be_undone(visit: Visit) -> None:
    page = visit()
    before = warned(page)
    user_id = clear_first(page)
    expect(page.locator(".sheet .facts")).to_contain_text("No warnings")
    toast(page, "cleared").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Clear warnings")).to_be_visible()
    assert warned(page)[user_id] == before[user_id]


def test_warnings_are_cleared_when_nobody_undoes_it(visit: Visit) -> None:
    page = visit()
    page.clock.install()
    user_id = clear_first(page)
    with page.expect_request(lambda asked: asked.method == "DELETE") as seen:
        page.clock.fast_forward(UNDO_MS)
    assert seen.value.url.endswith(f"/warnings/{user_id}")
    assert present(seen.value.response()).ok
    assert user_id not in warned(page)


def test_leaving_the_page_is_not_undoing(visit: Visit) -> None:
    page = visit()
    user_id = clear_first(page)
    page.reload()
    go(page, "people")
    cleared = page.locator(f".stack-warnings a[href='#member/{user_id}']")
    expect(cleared).to_have_count(0)
    assert user_id not in warned(page)


def test_old_warnings_are_cleared_at_once(visit: Visit) -> None:
    page = visit()
    choose_server(page, 1)
    page.clock.install()
    people = go(page, "people")
    people.get_by_label("Clear all who were last seen before").fill("2020-01-01")
    people.get_by_role("button", name="Clear", exact=True).click()
    answer(page, "Clear them all")
    page.clock.fast_forward(UNDO_MS)
    expect(toast(page, "Nobody had such old warnings")).to_be_visible()


def test_members_are_searched(visit: Visit) -> None:
    page = visit()
    people = go(page, "people")
    name = people.locator(".stack-warnings .row-link").last.inner_text()
    people.get_by_label("Search members").fill(name)
    expect(people.locator(".stack-warnings tbody tr").first).to_contain_text(name)


def test_an_admin_writes_the_rules(visit: Visit) -> None:
    page = visit(role="admin")
    rules = go(page, "rules")
    rules.get_by_label("Start from a template").select_option("Gaming")
    rules.get_by_role("button", name="Save rules").click()
    expect(toast(page, "Rules saved")).to_be_visible()
    stored = page.request.get(f"/api/v1/servers/{guild_id(page)}/rules").json()["rules"]
    assert stored == rules.get_by_role("textbox", name="Rules text").input_value()
    expect(go(page, "audit").locator("tbody")).to_contain_text("Changed the rules text")


def test_an_owner_resets_the_rules(visit: Visit) -> None:
    page = visit(role="owner")
    choose_server(page, 1)
    page.clock.install()
    rules = go(page, "rules")
    rules.get_by_role("button", name="Reset to none").click()
    answer(page, "Remove it")
    page.clock.fast_forward(UNDO_MS)
    expect(rules.get_by_role("textbox", name="Rules text")).to_have_value("")
    expect(rules.get_by_role("button", name="Reset to none")).to_have_count(0)


def test_settings_changed_by_somebody_else_are_not_overwritten(visit: Visit) -> None:
    page = visit(role=None)
    without_live(page)  # else it would have heard of the other change before it saves
    page.get_by_role("button", name="Admin").click()
    settings = go(page, "settings")
    path = f"/api/v1/servers/{guild_id(page)}/config"
    here = {"Origin": page.url.split("/?")[0]}
    assert page.request.put(path, data={"buffer_timeout_secs": 44}, headers=here).ok
    settings.get_by_label("Messages in the buffer").fill("9")
    settings.get_by_role("button", name="Save settings").click()
    expect(settings.get_by_label("Longest wait")).to_have_value("44")
    settings.get_by_role("button", name="Save settings").click()
    expect(toast(page, "Settings saved")).to_be_visible()
    stored = page.request.get(path).json()
    assert (stored["buffer_timeout_secs"], stored["buffer_threshold"]) == (44, 9)


def test_a_number_out_of_range_is_not_sent(visit: Visit) -> None:
    page = visit(role="admin")
    settings = go(page, "settings")
    settings.get_by_label("Severity threshold").fill("7")
    settings.get_by_role("button", name="Save settings").click()
    expect(settings.locator(".input:user-invalid")).to_have_count(1)


def test_a_token_is_shown_once_and_revoked(visit: Visit) -> None:
    page = visit(role="admin")
    settings = go(page, "settings")
    settings.get_by_label("Name").fill("for a script")
    settings.get_by_role("button", name="Make a token").click()
    secret = settings.locator(".sheet-note code").inner_text()
    assert secret.startswith("mw_")
    settings.get_by_role("button", name="I have it").click()
    expect(settings.get_by_text(secret)).to_have_count(0)
    settings.get_by_role("button", name="Revoke for a script").click()
    answer(page, "Revoke it")
    expect(settings.locator(".stack-tokens")).to_contain_text("Revoked")


def test_an_owner_gives_and_takes_roles(visit: Visit) -> None:
    page = visit(role="owner")
    page.clock.install()
    settings = go(page, "settings")
    settings.get_by_label("Give a role to").fill("424242424242424242")
    settings.get_by_role("button", name="Give", exact=True).click()
    row = settings.locator(".stack-roles tbody tr").filter(has_text="424242")
    row.get_by_role("combobox").select_option("admin")
    expect(toast(page, "is admin now")).to_be_visible()
    row.get_by_role("button", name="Remove").click()
    answer(page, "Take it away")
    expect(row).to_have_count(0)
    with page.expect_response("**/roles/424242424242424242") as seen:
        page.clock.fast_forward(UNDO_MS)
    assert seen.value.ok


@pytest.mark.parametrize(("button", "status"), [("Uphold", "denied"), ("Overturn", "approved")])
def test_a_moderator_decides_an_appeal(visit: Visit, stack: Made, button: str, status: str) -> None:
    page = visit()
    hit = appealed(stack, guild_id(page))
    go(page, "people")
    appeal = page.locator(".appeals li").filter(has=page.locator(f"a[href='#violation/{hit}']"))
    appeal.get_by_role("button", name=button).click()
    with page.expect_response("**/decision") as seen:
        answer(page, button)
    assert seen.value.ok
    assert seen.value.request.post_data_json == {"status": status}
    expect(appeal).to_have_count(0)
    page.evaluate("id => { location.hash = `violation/${id}` }", hit)
    verdict = "the action was upheld" if status == "denied" else "the action was overturned"
    expect(page.locator(".sheet")).to_contain_text(verdict)
