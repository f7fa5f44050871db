"""A role that changes while somebody looks."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    MEMBER,
    PHONE,
    UNDO_MS,
    answer,
    event,
    go,
    guild_id,
    ingest,
    toast,
    violation,
)
from tests.discord.server import Discord
from tests.servers.made import Made

NAMED = {"710000000000000001": "Ádám", "710000000000000002": "ádáz", "710000000000000003": "Bo"}


def give(owner: Page, person: int, role: str) -> None:
    settings = go(owner, "settings")
    settings.get_by_label("Give a role to").fill(str(person))
    settings.get_by_label("Role to give").select_option(role)
    settings.get_by_role("button", name="Give", exact=True).click()
    expect(toast(owner, f"is {role} now").first).to_be_visible()


def make(owner: Page, role: str) -> None:
    """By keys: what is chosen in the closed list is not given until the button says so."""
    chosen = owner.locator(".stack-roles").get_by_role("combobox")
    chosen.focus()
    owner.keyboard.type(role)
    expect(chosen).to_have_value(role)
    expect(toast(owner, f"is {role} now")).to_have_count(0)
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("button", name=f"Make {role}")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(chosen).to_be_focused()


def test_a_changed_role_shows_without_a_reload(
    found: Visit, contexts: Callable[..., BrowserContext], town: Discord, stack: Made
) -> None:
    owner = found()
    guild = guild_id(owner)
    ingest(stack, event(guild, "warning", user_id=MEMBER, level=2))
    person = town.world.add_user(username="bo").id
    give(owner, person, "moderator")

    town.world.sign_in(person)
    page = contexts().new_page()
    page.goto("/api/auth/login")
    clear = go(page, "people").get_by_role("button", name="Clear", exact=True)
    save = page.get_by_role("button", name="Save settings")
    expect(clear).to_be_visible()
    go(page, "settings")
    expect(save).to_have_count(0)

    role = owner.locator(".stack-roles").get_by_role("combobox")
    owner.route("**/roles/*", lambda route: route.abort(), times=1)
    make(owner, "admin")
    expect(toast(owner, "Modwatch cannot be reached")).to_be_visible()
    expect(role).to_have_value("moderator")
    make(owner, "admin")
    expect(save).to_be_visible()
    go(page, "audit")
    exports = go(page, "exports")
    for link in ("Make an export", "Plan a report"):
        expect(exports.get_by_role("link", name=link)).to_be_visible()

    make(owner, "viewer")
    expect(toast(page, "You are viewer")).to_be_visible()
    expect(save).to_have_count(0)
    expect(page.locator("#audit")).to_have_count(0)
    expect(clear).to_have_count(0)
    for link in ("Make an export", "Plan a report"):
        expect(exports.get_by_role("link", name=link)).to_have_count(0)

    owner.clock.install()
    owner.locator(".stack-roles").get_by_role("button", name="Remove").click()
    answer(owner, "Take it away")
    owner.clock.fast_forward(UNDO_MS)
    expect(page.get_by_role("heading", name="No server to show")).to_be_visible()
    expect(toast(page, "You have no role in")).to_be_visible()


def test_a_role_is_given_by_name_with_the_keyboard_alone(found: Visit, stack: Made) -> None:
    owner = found()
    guild = guild_id(owner)
    ingest(
        stack,
        *(event(guild, "user", user_id=id, username=name) for id, name in NAMED.items()),
        *(violation(guild, "spam", user_id=id) for id in [*NAMED, min(NAMED)]),
    )
    go(owner, "settings")
    box = owner.get_by_role("combobox", name="Give a role to")
    found_names = owner.get_by_role("listbox", name="Found: persons").get_by_role("option")
    box.press_sequentially("ádá")
    expect(found_names).to_have_text([re.compile("Ádám"), re.compile("ádáz")])
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(found_names.nth(0)).to_have_attribute("aria-selected", "true")
    owner.keyboard.press("ArrowDown")
    active = str(found_names.nth(1).get_attribute("id"))
    expect(box).to_have_attribute("aria-activedescendant", active)
    owner.keyboard.press("Escape")
    expect(found_names).to_have_count(0)
    expect(box).to_have_value("ádá")
    owner.keyboard.press("ArrowDown")
    expect(found_names).to_have_count(2)
    owner.keyboard.press("ArrowDown")
    owner.keyboard.press("Enter")
    expect(box).to_have_value("ádáz")
    owner.keyboard.press("Enter")
    expect(toast(owner, "ádáz")).to_contain_text("is moderator now")


def test_the_moderators_role_is_taken_by_its_id_where_discord_cannot_be_asked(
    found: Visit, stack: Made
) -> None:
    owner = found(viewport=PHONE, has_touch=True)
    settings = go(owner, "settings")
    box = settings.get_by_role("combobox", name="Moderators’ Discord role")
    box.tap()
    expect(settings.get_by_text("This Modwatch has no bot token.")).to_be_visible()
    box.fill("123456789012345678")
    settings.get_by_role("option", name="The role with the id 123456789012345678").tap()
    settings.get_by_role("button", name="Save settings").tap()
    expect(toast(owner, "Settings saved")).to_be_visible()
    expect(box).to_have_value("Role 123456789012345678")
    with owner.expect_request("**/choices/roles"):  # Discord may be back
        box.tap()
    settings.get_by_role("option", name="None").tap()
    with owner.expect_response(lambda seen: seen.request.method == "PUT") as answered:
        settings.get_by_role("button", name="Save settings").tap()
    assert answered.value.ok
    config = owner.request.get(f"/api/v1/servers/{guild_id(owner)}/config").json()
    assert config["mod_role_id"] is None
