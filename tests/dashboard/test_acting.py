"""What people change on the page, and how it is asked, undone and refused."""

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    clear_first,
    clear_warnings,
    go,
    guild_id,
    hide_changes,
    open_first_warned,
    show_changes,
    toast,
    warned,
    while_time_stands,
)


def test_clearing_warnings_can_be_undone(visit: Visit) -> None:
    page = visit()
    before = warned(page)
    user_id = open_first_warned(page)
    with while_time_stands(page):
        clear_warnings(page)
        expect(page.locator(".sheet .facts")).to_contain_text("No warnings")
        toast(page, "cleared").get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name="Clear warnings")).to_be_visible()
        clear_warnings(page)
        expect(toast(page, "cleared")).to_be_visible()
        page.keyboard.press("Control+z")
        expect(page.get_by_role("button", name="Clear warnings")).to_be_visible()
    assert warned(page)[user_id] == before[user_id]


def test_leaving_the_page_is_not_undoing(visit: Visit) -> None:
    page = visit()
    user_id = clear_first(page)
    page.reload()
    go(page, "people")
    cleared = page.locator(f".stack-warnings a[href='#member/{user_id}']")
    expect(cleared).to_have_count(0)
    assert user_id not in warned(page)


def test_settings_changed_by_somebody_else_are_not_overwritten(visit: Visit) -> None:
    page = visit(role="admin")
    settings = go(page, "settings")
    hide_changes(page, "config", "Settings")
    path = f"/api/v1/servers/{guild_id(page)}/config"
    here = {"Origin": page.url.split("/?")[0]}
    assert page.request.put(path, data={"buffer_timeout_secs": 44}, headers=here).ok
    settings.get_by_label("Messages in the buffer").fill("9")
    settings.get_by_role("button", name="Save settings").click()
    expect(settings.get_by_role("alert")).to_contain_text("somebody else changed the settings")
    show_changes(page, "config")
    expect(settings.get_by_label("Longest wait")).to_have_value("44")
    settings.get_by_role("button", name="Save settings").click()
    expect(toast(page, "Settings saved")).to_be_visible()
    stored = page.request.get(path).json()
    assert (stored["buffer_timeout_secs"], stored["buffer_threshold"]) == (44, 9)
