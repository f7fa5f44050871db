"""What members and bots write is shown as text, whatever it looks like."""

from playwright.sync_api import expect

from tests.dashboard.conftest import Visit
from tests.dashboard.pages import bot_token, event, go, guild_id, ingest, violation
from tests.servers.made import Made

NAME = "<img src=x onerror=alert(1)>"
REASON = "<script>alert(2)</script> ${7*7} {{7*7}} \u202egnp.exe" + "\N{SKULL}" * 300


MEMBER = "666000000000000001"


def test_hostile_text_stays_text(visit: Visit, stack: Made) -> None:
    page = visit(role="owner")
    guild = guild_id(page)
    hostile = [
        event(guild, "user", user_id=MEMBER, username=NAME),
        violation(guild, REASON, user_id=MEMBER, rule="<i>rule</i>", action_taken="<b>Ban</b>"),
    ]
    ingest(stack, bot_token(stack, guild), hostile)
    page.reload()
    row = go(page, "violations").locator("tbody tr").filter(has_text=NAME).first
    expect(row).to_contain_text(REASON)
    row.get_by_role("link").click()
    expect(page.locator(".sheet")).to_contain_text("<b>Ban</b>")
    go(page, "people")
    assert page.locator("#app").locator("img[src=x], script, i:not(.pip-row i), b").count() == 0
