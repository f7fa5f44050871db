"""What each role is offered, and what happens when it changes while somebody looks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import (
    MEMBER,
    SECTIONS,
    answer,
    appealed,
    event,
    go,
    guild_id,
    ingest,
    toast,
)
from tests.discord.server import Discord
from tests.servers.made import Made

OFFERED = {
    # button or link -> the first role it is there for
    "Clear": "moderator",
    "Download CSV": "moderator",
    "Save settings": "admin",
    "Save rules": "admin",
    "Make a token": "admin",
    "Reset to none": "owner",
    "Give": "owner",
}
IN_A_SHEET = {"Clear warnings", "Uphold the action", "Overturn it"}  # for moderators
ROLES = ["viewer", "moderator", "admin", "owner"]
UNDO_MS = 10_000


def offers(page: Page, name: str) -> int:
    button = page.get_by_role("button", name=name, exact=True)
    return button.or_(page.get_by_role("link", name=name, exact=True)).count()


def shown_to(role: str) -> list[str]:
    return [section for section in SECTIONS if section != "audit" or role in ROLES[2:]]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_offered_what_it_may_do(visit: Visit, stack: Made, role: str) -> None:
    page = visit(role=role)
    hit = appealed(stack, guild_id(page))
    refused: list[str] = []
    page.on("response", lambda seen: note_refusal(seen, refused))
    for section in shown_to(role):
        go(page, section)
    expect(page.locator(".section")).to_have_count(len(shown_to(role)))
    for name, first in OFFERED.items():
        assert (offers(page, name) > 0) == (ROLES.index(role) >= ROLES.index(first)), name
    buttons: set[str] = set()
    for address in (f"violation/{hit}", f"member/{MEMBER}"):
        page.evaluate("hash => { location.hash = hash }", address)
        expect(page.locator(".sheet .history li").first).to_be_visible()
        buttons.update(page.locator(".sheet").get_by_role("button").all_inner_texts())
    assert buttons >= IN_A_SHEET if role != "viewer" else not buttons & IN_A_SHEET
    assert refused == []


def note_refusal(seen: Response, refused: list[str]) -> None:
    """A page that asks for what its role may not have is wrong, even where nobody sees it."""
    if seen.status == 403:
        refused.append(seen.url)


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
