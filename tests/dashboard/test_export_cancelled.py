"""Exports that people cancel on the page while they wait or are being made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from adapters.process.slots import Slot, Slots
from adapters.settings import Settings, load_settings
from services.container import build_parts
from services.exports import turn
from services.exports.asking import EXPORT
from services.exports.making import write_export
from services.work.kinds import KINDS, long_worker
from services.work.run import LongWorker
from tests.dashboard.conftest import Visit
from tests.dashboard.pages import go, guild_id, ingest, toast, violation
from tests.servers.made import PATIENCE_SECONDS, Made, until

ROWS = 4
Making = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def settings(stack: Made) -> Iterator[Settings]:
    """Of a host with a place more for exports; the stack's own processes get none meanwhile."""
    own = load_settings({"MODWATCH_DATA_DIR": str(stack.data_dir)})
    places, taken = Slots(own.data_dir / "export-slots", own.export_processes), list[Slot]()

    def take_all() -> bool:
        if (slot := places.take()) is not None:
            taken.append(slot)
        return len(taken) == own.export_processes

    until(take_all, lambda: "a process of the stack is at an export still")
    yield replace(own, export_processes=own.export_processes + 1)
    for slot in taken:
        slot.leave()


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Iterator[LongWorker]:
    """Makes what waits for the stack, in this process: exports alone."""
    parts = build_parts(settings)
    made = long_worker(parts, Event())
    others = {kind: Slots(tmp_path, 0) for kind in KINDS if kind != EXPORT}
    yield replace(made, slots={**made.slots, **others})
    parts.close()


@pytest.fixture
def half_made(worker: LongWorker, monkeypatch: pytest.MonkeyPatch) -> Making:
    """While this goes on, the export that waits is being made, and half of its rows are there."""

    def held(connection: Any, wish: Any, out: Any, on_rows: Callable[[int], None]) -> Any:
        def hold(_: int) -> None:
            end = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < end:
                on_rows(ROWS // 2)  # raises where it is over
                time.sleep(0.01)

        return write_export(connection, wish, out, hold)

    @contextmanager
    def making() -> Iterator[None]:
        thread = Thread(target=worker.run_due)
        thread.start()
        yield
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()

    monkeypatch.setattr(turn, "write_export", held)
    return making


def asked_for(page: Page, stack: Made) -> tuple[Locator, Locator]:
    """An export of some rows that waits: its sheet, and its line in the list."""
    ingest(stack, *(violation(guild_id(page), "spam") for _ in range(ROWS)))
    go(page, "exports").get_by_role("link", name="Make an export").click()
    sheet, row = page.locator(".sheet-inner"), page.locator(".stack-exports tbody tr")
    sheet.get_by_role("button", name="Make the export").click()
    for place in (sheet, row):
        expect(place).to_contain_text("Waits its turn")
    return sheet, row


def test_one_that_is_being_made_from_the_list(
    found: Visit, stack: Made, settings: Settings, half_made: Making
) -> None:
    page = found()
    before = files(settings)
    _, row = asked_for(page, stack)
    page.keyboard.press("Escape")
    with half_made():
        expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
        row.get_by_role("button", name="Cancel").click()
        expect(toast(page, "Violations: the export was cancelled.")).to_be_visible()
        expect(row).to_contain_text("Cancelled")
        expect(row.get_by_role("progressbar")).to_have_count(0)
        expect(row.get_by_role("button")).to_have_count(0)
    assert files(settings) == before
    row.locator(".row-link").click()
    sheet = page.locator(".sheet-inner")
    expect(sheet.get_by_role("button", name="Make it again")).to_be_visible()


def test_one_that_waits_from_its_sheet(found: Visit, stack: Made, worker: LongWorker) -> None:
    page = found()
    sheet, row = asked_for(page, stack)
    sheet.get_by_role("button", name="Cancel it").click()
    for place in (sheet, row):
        expect(place).to_contain_text("Cancelled")
    expect(sheet.get_by_role("button", name="Make it again")).to_be_visible()
    assert worker.run_due() == 0
    sheet.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def files(settings: Settings) -> list[Path]:
    folder = settings.export_dir
    return sorted(folder.iterdir()) if folder.exists() else []
