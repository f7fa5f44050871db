"""pgBackRest whose repository hangs: it is ended, and so where the work is to end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from pwd import getpwnam

import pytest

from adapters.backups.pgbackrest import PgBackRest
from adapters.backups.program import Silence
from domain.backups import BackupError
from services.work.lease import StopWorkError
from tests.command_line import ROOT
from tests.parts import until
from tests.servers.scratch import scratch_folder

# Says who it is, and a line for a file.
PROGRAM = """#!/bin/sh
echo $$ > {folder}/pid
echo "P01 DETAIL: backup file 1" >&2
{last}
"""
SILENT_SECONDS = 0.5


@pytest.fixture(autouse=True)
def found_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)


def kept(folder: Path, silent_seconds: float = 60.0) -> PgBackRest:
    return PgBackRest(
        "postgresql://x",
        folder / "conf",
        "modwatch",
        answer_seconds=silent_seconds,
        silent_seconds=silent_seconds,
    )


def program(folder: Path, last: str) -> None:
    path = folder / "pgbackrest"
    path.write_text(PROGRAM.format(folder=folder, last=last))
    path.chmod(0o755)


def is_gone(folder: Path) -> bool:
    pid = folder / "pid"
    return not pid.exists() or not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_one_that_says_nothing_any_more_is_ended(tmp_path: Path) -> None:
    program(tmp_path, "exec sleep 3600")
    hung = kept(tmp_path, SILENT_SECONDS)
    for what, name in ((hung.listed, "info"), (lambda: hung.create(0), "backup")):
        with pytest.raises(BackupError, match=f"{name} failed: it said nothing for 0.5 s"):
            what()
        assert is_gone(tmp_path)


def test_one_that_goes_on_may_take_as_long_as_it_does() -> None:
    silence = Silence(60.0, 1_000.0)
    looks = [(10, 1_050.0), (20, 1_109.0), (20, 1_168.0), (30, 1_200.0), (30, 1_261.0)]
    assert [silence.is_too_long(*look) for look in looks] == [False] * 4 + [True]


def test_it_ends_with_the_work_it_is_done_for(tmp_path: Path) -> None:
    program(tmp_path, "exec sleep 3600")

    def check() -> None:
        if (tmp_path / "pid").exists():
            raise StopWorkError

    with pytest.raises(StopWorkError):
        kept(tmp_path).create(0, check)
    until(lambda: is_gone(tmp_path), 60, "it is gone")


STARTS = """
import sys
from adapters.backups.base import nothing
from adapters.backups.program import run_to_its_end
run_to_its_end(["pgbackrest"], sys.argv[1] or None, 3600, nothing)
"""


@pytest.mark.parametrize("user", ["", *(["nobody"] if os.geteuid() == 0 else [])])
def test_it_ends_with_who_started_it_however_that_ends(
    user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold its lock against the next try, and nobody would read how it ended."""
    with scratch_folder("pgbackrest") as folder:
        program(folder, "exec sleep 3600")
        if user:
            os.chown(folder, getpwnam(user).pw_uid, -1)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
        starter = subprocess.Popen([sys.executable, "-c", STARTS, user], cwd=ROOT)
        try:
            until((folder / "pid").exists, 120, "it runs")
        finally:
            starter.kill()
            starter.wait()
        until(lambda: is_gone(folder), 60, "it is gone")


def test_its_first_error_is_told(tmp_path: Path) -> None:
    program(tmp_path, "echo 'P00  ERROR: [056]: unable to find primary' >&2; exit 56")
    with pytest.raises(BackupError, match=r"backup failed: ERROR: \[056\]: unable to find"):
        kept(tmp_path).create(0)
