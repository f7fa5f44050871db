"""Moving about on the page, as several tests do."""

import fnmatch
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

import httpx
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.servers.made import PATIENCE_SECONDS, ROOT, Made

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
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


def choose_server(page: Page, at: int) -> str:
    page.get_by_role("combobox", name="Server").select_option(index=at)
    return guild_id(page)


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


def clear_first(page: Page) -> str:
    """Clear the warnings of the first member listed; returns who that is."""
    link = go(page, "people").locator(".stack-warnings .row-link").first
    user_id = str(link.get_attribute("href")).removeprefix("#member/")
    link.click()
    page.get_by_role("button", name="Clear warnings").click()
    answer(page, "Clear warnings")
    return user_id


def toast(page: Page, words: str) -> Locator:
    return page.locator(".toast").filter(has_text=words)


def live(page: Page) -> None:
    """Wait until events arrive by themselves."""
    expect(page.locator(".status-words")).to_have_text("Live")


def present(thing: T | None) -> T:
    assert thing is not None
    return thing


def without_live(page: Page) -> None:
    """A network that lets no WebSocket through: the page has to ask."""
    page.route_web_socket("**/ws", lambda socket: socket.close())


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
    """No timer ends any more, of those that were set since `page.clock.install()`."""
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))


@cache
def bot_token(stack: Made) -> str:
    """A token for every guild as an operator makes it, on the command line."""
    made = subprocess.run(
        [*FLASK, "tokens", "create", "--kind", "bot"],
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
