"""A workbook needs room in the folder for temporary files; without it, the disk is full."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest

from adapters.exports.storage import DiskFullError
from domain.export_columns import Column, Kind
from services.exports.workbook import write_workbook
from tests.faults.small_disk import fill, small_disk

__all__ = ["small_disk"]  # a fixture
pytestmark = pytest.mark.faults


@pytest.mark.parametrize("rows", [0, 2, 100])
def test_it_says_that_the_disk_is_full(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """While rows are written, and while the workbook is put together."""
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    filler = fill(small_disk)
    with pytest.raises(DiskFullError):
        write(rows)
    assert list(small_disk.iterdir()) == [filler]
    filler.unlink()
    write(rows)
    assert list(small_disk.iterdir()) == []


def write(rows: int) -> None:
    write_workbook(
        io.BytesIO(),
        name="violations",
        columns=[Column("reason", Kind.TEXT)],
        rows=(["x" * 30_000] for _ in range(rows)),
        about=[],
        on_row=lambda: None,
    )
