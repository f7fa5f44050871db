"""Moving about on the page, as several tests do."""

import fnmatch
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeVar

import httpx
from playwright.sync_api import Locator, Page, Route, ViewportSize

from tests.dashboard.expecting import expect
from tests.servers.made import PATIENCE_SECONDS, ROOT, Made

MODWATCH = (sys.executable, "-m", "modwatch")
SECTIONS = (
    "overview",
    "violations",
    "people",
    "rules",
    "time",
    "moderators",
    "exports",
    "alerts",
    "settings",
    "audit",
)
NARROWEST: ViewportSize = {"width": 320, "height": 640}
PHONE: ViewportSize = {"width": 360, "height": 720}
TABLET: ViewportSize = {"width": 768, "height": 1024}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}

MEMBER = "777000000000000007"  # whose violations these are
# Of the violations of the demo until then there will be no more, in whatever zone.
UNTIL_LATELY = f"/?until={datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"
# A moment that is to come still when the browser hears of it; until a question of the page's live
# connection goes unanswered it is longer.
PAUSED_AFTER_MS = 5_000
UNDO_MS = 10_000  # so long a change can be undone
MOST_EVENTS = 5_000  # that ingest takes at once

Event = dict[str, str | int]
T = TypeVar("T")


def go(page: Page, section: str) -> Locator:
    """Go to a section by its address; returns it once all of it has been read."""
    page.evaluate("section => { location.hash = section }", section)
    place = page.locator(f"#{section}")
    expect(place.locator("[aria-busy=false]").first).to_be_visible()
    expect(place.locator("[aria-busy=true]")).to_have_count(0)
    return place


def guild_id(page: Page) -> str:
    return page.get_by_role("combobox", name="Server").input_value()


def make_export(page: Page, view: str = "Violations") -> Locator:
    """Make an export of all of a view; returns what is shown of it once its file is there."""
    go(page, "exports").get_by_role("link", name="Make an export").click()
    sheet = page.locator(".sheet-inner")
    sheet.get_by_label("What", exact=True).select_option(view)
    sheet.get_by_role("button", name="Make the export").click()
    expect(sheet.get_by_role("link", name="Download")).to_be_visible()
    return sheet


def answer(page: Page, yes: str) -> None:
    """Answer the question that is asked, with the button `yes`."""
    page.locator(".ask").get_by_role("button", name=yes).click()
    expect(page.locator(".ask")).to_have_count(0)


def committed(page: Page, path: str, method: str) -> None:
    """Let the time pass in which a change can be undone; returns once the server has made it."""
    is_it = re.compile(fnmatch.translate(path))
    with page.expect_response(
        lambda seen: seen.request.method == method and bool(is_it.match(seen.url))
    ) as answered:
        page.clock.fast_forward(UNDO_MS)
    assert answered.value.ok


def warned(page: Page) -> dict[str, int]:
    """The server's first page of warning levels, by member."""
    listed = page.request.get(f"/api/v1/servers/{guild_id(page)}/warnings").json()["warnings"]
    return {each["user_id"]: each["level"] for each in listed}


def first_warned(page: Page) -> Locator:
    """The link to the first member listed, by its address: another may come in above it."""
    link = go(page, "people").locator(".stack-warnings .row-link").first
    return page.locator(f".stack-warnings a[href='{link.get_attribute('href')}']")


def open_first_warned(page: Page) -> str:
    """Look at the first member listed; returns who that is."""
    link = first_warned(page)
    user_id = str(link.get_attribute("href")).removeprefix("#member/")
    link.click()
    expect(page.get_by_role("button", name="Clear warnings")).to_be_visible()
    return user_id


def clear_warnings(page: Page) -> None:
    page.get_by_role("button", name="Clear warnings").click()
    answer(page, "Clear warnings")


def clear_first(page: Page) -> str:
    """Clear the warnings of the first member listed; returns who that is."""
    user_id = open_first_warned(page)
    clear_warnings(page)
    return user_id


def isolated(text: str) -> str:
    """Foreign text as it stands within other words."""
    return f"\u2068{text}\u2069"


def toast(page: Page, words: str) -> Locator:
    return page.locator(".toast").filter(has_text=words)


def live(page: Page) -> None:
    """Wait until events arrive by themselves."""
    expect(page.locator(".status-words")).to_have_text("Live")


def all_is_loaded(page: Page) -> None:
    """Wait for the scripts that the first figures do not wait for, as before a network goes."""
    page.locator("modwatch-chart canvas").first.wait_for()
    expect(page.locator(".menu a").first).to_be_attached()


def present(thing: T | None) -> T:
    assert thing is not None
    return thing


def leave(page: Page) -> str:
    """Look at nothing, so that nothing is asked for any more; returns where one was.

    Else an answer to the page before, which it has already and so has no content, may be taken for
    one to the page that comes.
    """
    address = page.url
    page.goto("about:blank")
    return address


def without_live(page: Page) -> None:
    """A network that lets no WebSocket through: the page has to ask."""
    page.route_web_socket("**/ws", lambda socket: socket.close())


def hide_changes(page: Page, path: str, section: str) -> None:
    """No reading of `path`, which `section` shows, ends any more: also none that is on its way."""

    def refuse(route: Route) -> None:
        route.abort() if route.request.method == "GET" else route.continue_()

    page.route(f"**/servers/*/{path}", refuse)
    with page.expect_event("requestfailed", lambda sent: sent.url.endswith(f"/{path}")):
        page.get_by_label(f"Refresh {section}").dispatch_event("click")


def show_changes(page: Page, path: str) -> None:
    """It can be read again, and is."""
    page.unroute(f"**/servers/*/{path}")
    page.evaluate("window.dispatchEvent(new Event('online'))")


def by_itself(visit: Callable[..., Page], role: str, **options: object) -> Page:
    """The demo without live events, on a clock of the test's from the first moment."""
    page = visit("about:blank", role=None, **options)
    without_live(page)
    page.clock.install()
    page.goto("/")
    page.get_by_role("button", name=role).click()
    page.locator("modwatch-chart canvas").first.wait_for()
    return page


def stop_time(page: Page) -> None:
    """No timer ends any more, of those that were set since `page.clock.install()`.

    Nor does a frame come: what is read meanwhile is not drawn, but what is done or heard is.
    """
    now_ms: int = page.evaluate("Date.now()")
    page.clock.pause_at((now_ms + PAUSED_AFTER_MS) / 1000)  # which takes seconds


@contextmanager
def while_time_stands(page: Page) -> Iterator[None]:
    """What is there for some seconds stays, however busy the machine is."""
    page.clock.install()
    stop_time(page)
    yield
    page.clock.resume()


@cache
def bot_token(stack: Made) -> str:
    """A token for every guild as an operator makes it, on the command line."""
    made = subprocess.run(
        [*MODWATCH, "tokens", "create", "--kind", "bot"],
        cwd=ROOT,
        env=os.environ | {"MODWATCH_DATA_DIR": str(stack.data_dir), "MODWATCH_DEMO": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


def rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event(guild_id: str, type: str, **fields: str | int) -> Event:
    now = rfc3339(datetime.now(UTC))
    return {"type": type, "id": str(uuid.uuid4()), "guild_id": guild_id, "timestamp": now} | fields


def violation(guild_id: str, reason: str, severity: str = "high", **fields: str | int) -> Event:
    usual = {"user_id": MEMBER, "detection_type": "manual", "action_taken": "Kicked"}
    told = usual | {"reason": reason, "severity": severity} | fields
    return event(guild_id, "violation", **told)


def ingest(stack: Made, *events: Event) -> None:
    """Send events as a bot does; returns when they are committed."""
    bearer = {"Authorization": f"Bearer {bot_token(stack)}"}
    for batch in batched(events, MOST_EVENTS):
        answer = httpx.post(
            f"{stack.url}/api/v1/ingest",
            json={"events": batch},
            headers=bearer,
            timeout=PATIENCE_SECONDS,
        )
        assert answer.json()["accepted"] == len(batch)


def batched(events: Sequence[Event], most: int) -> Iterator[list[Event]]:
    for start in range(0, len(events), most):
        yield list(events[start : start + most])


def appealed(stack: Made, guild_id: str) -> str:
    """A new violation of a warned member, who appeals; its id."""
    hit = violation(guild_id, "to be looked at again", "low")
    warned = event(guild_id, "warning", user_id=hit["user_id"], level=2)
    appeal_id = str(uuid.uuid4())
    appeal = event(
        guild_id, "appeal", appeal_id=appeal_id, violation_id=hit["id"], status="pending"
    )
    ingest(stack, hit, warned, appeal)
    return str(hit["id"])
