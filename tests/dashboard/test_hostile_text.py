"""What members, bots and people of a server write is shown as text, whatever it looks like."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    NARROWEST,
    SECTIONS,
    Event,
    event,
    go,
    guild_id,
    ingest,
    live,
    rfc3339,
    violation,
)
from tests.servers.made import Made

NAME = "<img src=x onerror=alert(1)>"
REASON = "<script>alert(2)</script> ${7*7} {{7*7}} \u202egnp.exe" + "\N{SKULL}" * 300
# One word without a place to break it, marks that turn the direction, and what cannot be seen.
LONG = "W" * 100
TURNED = "\u202e\u2066\u200f" + "שלום" * 10 + "\u200b\u200d\ufeff" * 10
HAIL = "\N{SNOWFLAKE}\ufe0f" * 500  # 1,000 characters, the most that a reason may have
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}" * 19
MEMBERS = {
    "666000000000000001": NAME,
    "666000000000000002": LONG,
    "666000000000000003": TURNED,
    "666000000000000004": FAMILY,
    "666000000000000005": "javascript:alert(3)//%3Cscript%3E",
    "666000000000000006": "\u200b",
}
RULES = f"</textarea><script>alert(4)</script>\n{LONG * 5}\n{TURNED}\n" + "\N{FIRE}" * 1_000
OF_VIOLATIONS = ".sheet .notices a[href^='#violation/']"
PLACES = """each => ({
  name: each.querySelector('strong bdi').getBoundingClientRect().left,
  reason: each.querySelector('.muted bdi').getBoundingClientRect().left,
})"""
MARKUP = "img[src='x'], script, iframe, object, embed, #app b, #app [onerror], #app [style*=red]"


def hostile_events(guild: str) -> list[Event]:
    events = []
    for at, (member, name) in enumerate(MEMBERS.items()):
        reason = (REASON, LONG * 10, TURNED, HAIL, NAME, "\u200b\u202e")[at]
        # Apart, so that each is told by itself.
        when = rfc3339(datetime.now(UTC) - timedelta(minutes=2 * (len(MEMBERS) - at)))
        own = {"user_id": member, "rule": name[:100], "action_taken": f"<b>Ban</b> {LONG}"[:100]}
        events += [
            event(guild, "user", user_id=member, username=name),
            violation(guild, reason, moderator_id="666000000000000002", timestamp=when, **own),
            event(guild, "warning", user_id=member, level=3),
        ]
    appealed = str(events[1]["id"])
    appeal = {"appeal_id": NAME, "violation_id": appealed, "status": "pending"}
    return [*events, event(guild, "appeal", **appeal)]


def fits(page: Page) -> None:
    """Nothing is wider than the window, and nothing that was written became a part of the page."""
    overhang = "all => all.map(each => each.scrollWidth - each.clientWidth)"
    assert page.locator("html, dialog").evaluate_all(overhang) in ([0], [0, 0])
    assert page.locator(f":is({MARKUP}):not(head *)").count() == 0


def test_hostile_text_stays_text(found: Visit, stack: Made) -> None:
    page = found(named=f"{NAME}{TURNED}{LONG}", viewport=NARROWEST, has_touch=True)
    guild = guild_id(page)
    live(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ingest(stack, *hostile_events(guild))
    rules = {"data": {"rules": RULES}, "headers": {"Origin": stack.url}}
    assert page.request.put(f"/api/v1/servers/{guild}/rules", **rules).ok  # type: ignore[arg-type]
    expect(page.locator(".feed li")).to_have_count(len(MEMBERS))
    for section in SECTIONS:
        go(page, section)
        fits(page)
    expect(page.get_by_role("textbox", name="Rules text")).to_have_value(RULES)
    expect(page.locator("#violations tbody")).to_contain_text(REASON)
    expect(page.locator("#people .stack-warnings")).to_contain_text(FAMILY)
    for member in MEMBERS:
        page.evaluate("member => { location.hash = `member/${member}` }", member)
        expect(page.locator(".sheet .history li")).to_have_count(1)
        fits(page)
        page.locator(".sheet .history a").click()
        expect(page.locator(".sheet dl")).to_contain_text("<b>Ban</b>")
        fits(page)
    page.evaluate("location.hash = 'happened'")
    expect(page.locator(OF_VIOLATIONS)).to_have_count(len(MEMBERS))
    fits(page)
    assert [url for url in asked if not url.startswith(stack.url)] == []
    assert page.title().startswith(f"\u2068{NAME}")


def test_foreign_text_turns_nothing_around_it_and_is_never_invisible(
    found: Visit, stack: Made
) -> None:
    page = found(named="Harbour\u202e")
    guild = guild_id(page)
    live(page)
    turned, unseen = "666000000000000011", "666000000000000012"
    ingest(
        stack,
        event(guild, "user", user_id=turned, username="mod\u202e"),
        event(guild, "user", user_id=unseen, username="\u200b"),
        violation(guild, "first \u2066 one", user_id=turned),
        violation(guild, "\u200b", user_id=unseen),
    )
    told = page.locator(".toast-words[href^='#violation/']")
    expect(told).to_have_count(2)
    said = sorted(told.evaluate_all("all => all.map(each => each.textContent)"))
    assert said[0] == "\u2068Member …000012\u2069: \u2068(U+200B)\u2069"
    assert said[1] == "\u2068mod\u202e\u2069: \u2068first \u2066 one\u2069\u2069"
    feed = page.locator(".feed li")
    expect(feed.filter(has_text="Member …000012")).to_contain_text("(U+200B)")
    # What follows a name stands to its right, also where the name turns the direction.
    places = feed.filter(has_text="mod").evaluate(PLACES)
    assert places["name"] < places["reason"]
    assert page.locator("option").first.evaluate("each => each.textContent").startswith("\u2068")
