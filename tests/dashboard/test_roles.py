"""A role that changes while somebody looks."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import MEMBER, UNDO_MS, answer, event, go, guild_id, ingest, toast
from tests.discord.server import Discord
from tests.servers.made import Made


def give(owner: Page, person: int, role: str) -> None:
    settings = go(owner, "settings")
    settings.get_by_label("Give a role to").fill(str(person))
    settings.get_by_label("Role to give").select_option(role)
    settings.get_by_role("button", name="Give", exact=True).click()
    expect(toast(owner, f"is {role} now").first).to_be_visible()


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
    role.select_option("admin")
    expect(save).to_be_visible()
    go(page, "audit")

    role.select_option("viewer")
    expect(save).to_have_count(0)
    expect(page.locator("#audit")).to_have_count(0)
    expect(clear).to_have_count(0)

    owner.clock.install()
    owner.locator(".stack-roles").get_by_role("button", name="Remove").click()
    answer(owner, "Take it away")
    owner.clock.fast_forward(UNDO_MS)
    expect(page.get_by_role("heading", name="No server to show")).to_be_visible()
