"""What owners find on the page: changes by name, who looked, erasing, usage; and one's logins."""

from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page
from sqlalchemy import insert

from adapters.database import Database
from models.deliveries.tables import Delivery
from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import answer, event, go, guild_id, ingest, toast, violation
from tests.discord.server import Discord
from tests.servers.made import Made

ADA = "720000000000000001"


def ask(page: Page, method: str, path: str, body: object) -> None:
    """A request of the page's reader, past the page."""
    address = f"/api/v1/servers/{guild_id(page)}/{path}"
    origin = {"Origin": page.url.split("/?")[0].rstrip("/")}
    assert page.request.fetch(address, method=method, data=body, headers=origin).ok


def test_changes_name_people_and_show_what_became_of_the_rules(found: Visit, stack: Made) -> None:
    page = found()
    guild = guild_id(page)
    ingest(stack, event(guild, "user", user_id=ADA, username="ada <b>"))
    before = "1. Be kind to everybody here.\n2. No advertising.\n" + "3. And so on.\n" * 10
    ask(page, "PUT", "rules", {"rules": before})
    ask(page, "PUT", "rules", {"rules": before.replace("advertising", "<i>spam</i>")})
    ask(page, "PUT", f"roles/{ADA}", {"role": "moderator"})
    audit = go(page, "audit")
    rows = audit.locator(".panel").first.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("role: none → moderator")
    rows.nth(1).get_by_text("1 word added, 1 word removed").click()
    expect(rows.nth(1).locator("ins")).to_have_text("<i>spam</i>.")
    expect(rows.nth(1).locator("del")).to_have_text("advertising.")
    for link, name in (
        (rows.nth(0).locator(".at-why a"), "ada <b>"),
        (rows.nth(0).locator(".at-who a"), "ada"),
    ):
        expect(link).to_have_text(name)
    rows.nth(0).locator(".at-why a").click()
    expect(page.locator(".sheet-who")).to_contain_text("ada <b>")
    looked = audit.locator(".panel").nth(1)
    expect(looked.get_by_role("heading")).to_have_text("Who looked at what")


def mailed(stack: Made, guild_id: str, *addresses: str) -> None:
    """A report went to each of them before."""
    what = {"kind": "report", "event_type": "report", "priority": "low", "channel_kind": "email"}
    how = {"lane": "", "state": "sent", "reason": "sent", "claimed_until_ms": 0}
    when = {"created_ms": 1, "updated_ms": 1}
    with closing(Database(f"sqlite:///{stack.data_dir}/modwatch.db")) as database:
        for address in addresses:
            ids = {"guild_id": int(guild_id), "id": uuid4(), "channel_id": uuid4()}
            where = {"subject": "report:1", "target": address, "story": address, "seq": 0}
            row = insert(Delivery).values(**what, **how, **when, **ids, **where)
            with database.write() as connection:
                connection.execute(row)


def test_erasing_a_member_asks_in_words_and_says_what_was_done(found: Visit, stack: Made) -> None:
    page = found("/#settings")
    guild = guild_id(page)
    hits = [violation(guild, "spam", user_id=ADA) for _ in range(2)]
    ingest(stack, *hits, event(guild, "warning", user_id=ADA, level=2))
    mailed(stack, guild, "ada@example.org", "grace@example.org")
    usage = page.locator("#settings .panel").filter(has_text="Usage")
    expect(usage).to_contain_text("Events today3 of 500,000")
    page.evaluate("id => { location.hash = `member/${id}` }", ADA)
    page.get_by_role("button", name="Erase this member’s data").click()
    expect(page.locator(".ask")).to_contain_text("Their 2 violations stay, without saying whose")
    expect(page.locator(".ask")).to_contain_text("went out by mail to 2 addresses: those cannot")
    page.locator(".ask").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Erase this member’s data").click()
    answer(page, "Erase for good")
    expect(toast(page, "2 violations are anonymous now")).to_be_visible()
    expect(page.locator(".sheet")).to_have_count(0)
    listed = page.request.get(f"/api/v1/servers/{guild}/violations").json()["violations"]
    assert all(one["user_id"].startswith("-") for one in listed)
    assert len(listed) == 2


def test_a_login_left_open_elsewhere_is_ended(
    found: Visit, contexts: Callable[..., BrowserContext], town: Discord
) -> None:
    here = found()
    elsewhere = contexts(user_agent="Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1").new_page()
    elsewhere.goto("/api/auth/login")
    elsewhere.locator("modwatch-chart canvas").first.wait_for()
    here.locator(".account summary").click()
    here.get_by_role("link", name="Where you are logged in").click()
    logins = here.locator(".sessions li")
    expect(logins).to_have_count(2)
    expect(logins.filter(has_text="This one").get_by_role("button")).to_have_count(0)
    here.get_by_role("button", name="End Safari on iPhone").click()
    expect(logins).to_have_count(1)
    elsewhere.reload()
    expect(elsewhere.get_by_role("link", name="Log in with Discord")).to_be_visible()
    here.get_by_role("button", name="Log out everywhere").click()
    answer(here, "Log out everywhere")
    expect(here.get_by_role("link", name="Log in with Discord")).to_be_visible()


def test_others_find_none_of_what_is_for_owners(visit: Visit) -> None:
    page = visit(role="admin")
    expect(go(page, "audit").locator(".panel")).to_have_count(1)
    go(page, "people").locator(".stack-warnings .row-link").first.click()
    expect(page.get_by_role("button", name="All violations of this member")).to_be_visible()
    expect(page.get_by_role("button", name="Erase this member’s data")).to_have_count(0)
