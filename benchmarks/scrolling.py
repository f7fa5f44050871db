"""Row `scroll`: 10,000 violations scrolled in a real browser, frame by frame."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

import httpx
from playwright.sync_api import Page, expect

from benchmarks.cores import ALL_CORES
from benchmarks.databases import Databases
from benchmarks.events import body, violation
from benchmarks.figure import Figure
from benchmarks.screen import choose, open_page
from benchmarks.stage import Stage, fill, stage
from schemas.events.structs import Event

ROWS, BATCH = 10_000, 5_000
GOAL_MEDIAN_MS, GOAL_P95_MS = 20.0, 50.0
STEP_PX, FRAMES = 90, 300  # two rows a frame: as a thumb flings it
# Further rows follow by themselves once one is near the end; the last page says how many there are.
READ_ALL = """async (words) => {
  const foot = document.querySelector('#violations .panel-foot');
  while (!foot.textContent.includes(words)) {
    foot.scrollIntoView({ block: 'center', behavior: 'instant' });
    await new Promise(requestAnimationFrame);
  }
}"""
SCROLL = """async ({ step, frames }) => {
  document.getElementById('violations').scrollIntoView({ behavior: 'instant' });
  const frame = () => new Promise(requestAnimationFrame);
  let before = await frame();
  const took = [];
  for (let at = 0; at < frames; at += 1) {
    scrollBy({ top: step, behavior: 'instant' });
    const now = await frame();
    took.push(now - before);
    before = now;
  }
  return { took, rows: document.querySelectorAll('#violation-rows tr').length };
}"""


def scroll(databases: Databases) -> Iterator[Figure]:
    with stage(databases, "sqlite", cores=ALL_CORES) as made:
        guilds = fill(made)
        _ingest(made, guilds[0])
        with open_page(made) as page:
            choose(page, guilds[0])
            total = _read_all(page)
            seen = page.evaluate(SCROLL, {"step": STEP_PX, "frames": FRAMES})
    took = sorted(seen["took"])
    median, p95, p99 = (took[int(share * (len(took) - 1))] for share in (0.5, 0.95, 0.99))
    yield Figure(
        "scroll",
        f"{total:,} violations read, {FRAMES} frames of {STEP_PX} px",
        f"{median:.0f} ms median, {p95:.0f} ms p95",
        goal=f"<= {GOAL_MEDIAN_MS:.0f} ms, <= {GOAL_P95_MS:.0f} ms",
        met=median <= GOAL_MEDIAN_MS and p95 <= GOAL_P95_MS,
        notes={"p99 ms": p99, "longest ms": took[-1], "rows in the page": seen["rows"]},
    )


def _ingest(made: Stage, guild: int) -> None:
    random, now_ms = Random(7), time.time_ns() // 1_000_000
    for start in range(0, ROWS, BATCH):
        events: list[Event] = [
            violation(random, guild, now_ms - 1_000 * at) for at in range(start, start + BATCH)
        ]
        answer = httpx.post(
            f"{made.url}/api/v1/ingest", content=body(events), headers=made.bot, timeout=120
        )
        answer.raise_for_status()


def _read_all(page: Page) -> int:
    """Go to the list and have all of it read; returns how many there are."""
    page.evaluate("location.hash = 'violations'")
    foot = page.locator("#violations .panel-foot")
    page.get_by_role("button", name="Show older").click()
    expect(foot).to_contain_text("225 violations")
    total = foot.locator("p").inner_text().split(" of ")[1].split()[0]
    page.evaluate(READ_ALL, f"{total} violations of")
    return int(total.replace(",", ""))
