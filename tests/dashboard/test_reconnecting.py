"""A connection that is lost and found again: what happened meanwhile appears, and appears once."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import Visit
from tests.dashboard.expecting import expect
from tests.dashboard.pages import (
    Event,
    all_is_loaded,
    go,
    guild_id,
    ingest,
    live,
    rfc3339,
    violation,
)
from tests.servers.made import Made

MINUTES_AGO = {"before": 30, "missed": 20, "after": 10}


def cut(page: Page) -> None:
    """Take the network away; returns when the page knows."""
    all_is_loaded(page)
    page.context.set_offline(True)
    expect(page.locator(".status-words")).not_to_have_text("Live")


def seen_once(page: Page, events: list[Event]) -> None:
    """Each of `events`, which are all there are, is once wherever it belongs."""
    key = page.locator(".figure").filter(has=page.get_by_text("Violations", exact=True))
    expect(key.locator(".key")).to_have_text(str(len(events)))
    expect(page.locator(".feed li")).to_have_count(len(events))
    rows = go(page, "violations").locator("tbody tr.row")
    expect(rows).to_have_count(len(events))
    page.locator(".bell").click()
    told = page.locator(".sheet .notices a[href^='#violation/']")
    expect(told).to_have_count(len(events))
    for event in events:
        expect(page.locator(f".feed a[href='#violation/{event['id']}']")).to_have_count(1)
        expect(rows.locator(f"a[href='#violation/{event['id']}']")).to_have_count(1)


def hits(guild: str, words: str) -> list[Event]:
    """Two minutes apart: what comes in a burst is told together."""
    ago = MINUTES_AGO[words]
    times = [datetime.now(UTC) - timedelta(minutes=ago - 2 * at) for at in range(3)]
    return [
        violation(guild, f"{words} {at}", "low", timestamp=rfc3339(time))
        for at, time in enumerate(times)
    ]


def test_after_a_lost_connection_nothing_is_missing(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    before, missed, after = (hits(guild_id(page), words) for words in ("before", "missed", "after"))
    ingest(stack, *before)
    expect(page.locator(".feed li")).to_have_count(3)
    cut(page)
    ingest(stack, *missed)
    page.context.set_offline(False)
    live(page)
    ingest(stack, *after)
    seen_once(page, before + missed + after)


@pytest.mark.faults
def test_after_a_killed_server_nothing_is_missing(found: Visit, stack: Made) -> None:
    page = found()
    live(page)
    before, missed = (hits(guild_id(page), words) for words in ("before", "missed"))
    ingest(stack, *before)
    expect(page.locator(".feed li")).to_have_count(3)
    for pid in stack.pids_of("gunicorn"):
        os.kill(pid, signal.SIGKILL)
    cut(page)  # so that these are committed before it is back
    ingest(stack, *missed)  # waits at the door until the server is there again
    page.context.set_offline(False)
    live(page)
    seen_once(page, before + missed)
