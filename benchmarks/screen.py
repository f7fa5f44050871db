"""Row `screen`: from the answer of an ingest to the changed page in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.cores import ALL_CORES, LOAD_CORES, this_process_on
from benchmarks.databases import Databases
from benchmarks.events import body, violation
from benchmarks.figure import Figure
from benchmarks.live_load import sockets
from benchmarks.live_sides import Modwatch
from benchmarks.stage import Stage, fill, stage
from tools.dashboard import main as build_dashboard
from tools.standins import CHROMIUM_ARGS, chromium, ensure_chromium

SOCKETS, EVENTS = 500, 100
PAUSE_SECONDS = 0.15
GOAL_MS = 150.0
# Notes when a link to a violation is first in the page; the clock is that of this machine.
WATCH = """() => {
  window.seen = {};
  const look = () => {
    for (const link of document.querySelectorAll("a[href^='#violation/']")) {
      const id = link.getAttribute('href').slice('#violation/'.length);
      window.seen[id] ??= performance.timeOrigin + performance.now();
    }
  };
  const all = {childList: true, subtree: true, attributes: true};
  new MutationObserver(look).observe(document.body, all);
  look();
}"""


def screen(databases: Databases) -> Iterator[Figure]:
    with stage(databases, "postgresql", cores=ALL_CORES) as made:
        guilds = fill(made)
        with open_page(made) as page:
            choose(page, guilds[0])
            page.locator(".status-words", has_text="Live").wait_for()
            with (
                this_process_on(LOAD_CORES),
                sockets(Modwatch(made).side([0] * SOCKETS).job(), made.folder / "log"),
            ):
                delays_ms = sorted(_watch(made, page, guilds[0]))
    p50, p99 = (delays_ms[int(share * (len(delays_ms) - 1))] for share in (0.5, 0.99))
    yield Figure(
        "screen",
        f"{SOCKETS} sockets open, {EVENTS} violations one by one",
        f"{p99:.0f} ms p99",
        goal=f"<= {GOAL_MS:.0f} ms",
        met=p99 <= GOAL_MS and len(delays_ms) == EVENTS,
        notes={"p50 ms": p50, "longest ms": delays_ms[-1], "seen": len(delays_ms)},
    )


@contextmanager
def open_page(made: Stage) -> Iterator[Page]:
    """The dashboard, newly built and logged in, in a browser of its own."""
    build_dashboard()
    ensure_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        name, _, value = made.cookie()["Cookie"].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": made.url}])
        page = context.new_page()
        page.goto(made.url)
        yield page
        browser.close()


def choose(page: Page, guild: int) -> None:
    page.get_by_role("combobox", name="Server").select_option(value=str(guild))


def _watch(made: Stage, page: Page, guild: int) -> Iterator[float]:
    """How long after its answer each is on the page; 0 where it is there before."""
    page.evaluate(WATCH)
    answered: dict[str, float] = {}
    random = Random(5)
    with httpx.Client(headers=made.bot) as client:
        for _ in range(EVENTS):
            event = violation(random, guild, time.time_ns() // 1_000_000)
            client.post(f"{made.url}/api/v1/ingest", content=body([event])).raise_for_status()
            answered[str(event.id)] = time.time() * 1000
            page.wait_for_timeout(PAUSE_SECONDS * 1000)
    seen = page.evaluate("() => window.seen")
    for id, moment_ms in answered.items():
        if id in seen:
            yield max(0.0, seen[id] - moment_ms)
