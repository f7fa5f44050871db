"""Scratch folders go with their block; what a killed process left is swept away at once."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from adapters.process import scratch
from adapters.process.scratch import scratch_folder, sweep_scratch
from tests.command_line import ROOT

HOLD = """
from adapters.process.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "rows").write_text("x")
    print(folder, flush=True)
    input()
"""


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def held(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process with a folder."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLD]
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
    assert process.stdout
    folder = Path(process.stdout.readline().strip())
    assert folder.parent == parent
    return process, folder


def test_it_goes_with_its_block(parent: Path) -> None:
    with scratch_folder() as folder:
        (folder / "rows").write_text("x")
        assert folder.stat().st_mode & 0o077 == 0
    assert list(parent.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(parent: Path) -> None:
    killed, left = held(parent)
    alive, used = held(parent)
    killed.kill()
    killed.communicate()
    assert left.exists()
    with scratch_folder():
        assert not left.exists()
        assert used.exists()
    alive.communicate("\n")
    assert alive.returncode == 0
    assert list(parent.iterdir()) == []


def test_one_that_is_swept_before_it_is_locked_is_made_anew(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, swept = scratch._lock, list[str]()

    def late(folder: str) -> int | None:
        if not swept:
            sweep_scratch()
            swept.append(folder)
        return lock(folder)

    monkeypatch.setattr(scratch, "_lock", late)
    with scratch_folder() as folder:
        sweep_scratch()
        assert list(parent.iterdir()) == [folder]
        assert str(folder) not in swept
    assert list(parent.iterdir()) == []
