"""A disk that is full before an export or fills up while it is written: it waits, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.exports import folder
from domain.export_life import LOOK_AGAIN_MS, ExportState
from services.container import Parts, build_parts
from tests.faults.small_disk import fill as fill_disk
from tests.faults.small_disk import small_disk
from tests.parts import Clock, settings_for
from tests.services.exports.life import ask_one, assert_whole, files, fill, row_of, run_due

__all__ = ["small_disk"]  # a fixture
pytestmark = pytest.mark.faults
ROWS = 15_000  # more than a megabyte


@pytest.fixture
def parts(sqlite_url: str, tmp_path: Path, small_disk: Path) -> Iterator[Parts]:
    given = {"EXPORT_DIR": str(small_disk / "exports"), "LONG_PROCESSES": "0"}
    made = build_parts(settings_for(sqlite_url, tmp_path, **given), Clock())
    fill(made, ROWS)
    yield made
    made.close()


@pytest.mark.parametrize("free_bytes", [0, 500_000])
@pytest.mark.parametrize("keeps_some_free", [True, False])
def test_it_waits_for_room_and_goes_on(
    parts: Parts,
    small_disk: Path,
    monkeypatch: pytest.MonkeyPatch,
    free_bytes: int,
    keeps_some_free: bool,
) -> None:
    """With and without the share that is left to others: the disk itself says no as well."""
    if not keeps_some_free:
        monkeypatch.setattr(folder, "reserved_bytes", lambda disk_bytes: 0)
    assert isinstance(parts.clock, Clock)
    filler = fill_disk(small_disk)
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - free_bytes)
    id = ask_one(parts)
    for _ in range(4):  # more often than a fault of ours would be tried
        assert run_due(parts) == 0
        row = row_of(parts, id)
        assert (row.state, row.error_code) == (ExportState.QUEUED, "disk_full")
        assert files(parts) == []
        parts.clock.advance(LOOK_AGAIN_MS)
    filler.unlink()
    assert run_due(parts) == 1
    row = row_of(parts, id)
    assert (row.rows_done, row.error_code) == (ROWS, None)
    assert len(assert_whole(parts, row)) > 1_000_000
