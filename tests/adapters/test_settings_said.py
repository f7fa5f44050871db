"""Programs that cannot start say in one line why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.settings import ROOT


def say(command: list[str], **settings: str) -> list[str]:
    """What a program that cannot start says, line by line."""
    environ = {f"MODWATCH_{name}": text for name, text in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


FLASK, CELERY = ["flask", "--app", "wsgi", "tokens", "list"], ["celery", "-A", "celery_config"]
GUNICORN = ["gunicorn", "--check-config", "wsgi:app"]


@pytest.mark.parametrize("command", [FLASK, [*CELERY, "report"], GUNICORN], ids=" ".join)
def test_programs_end_with_the_one_line(command: list[str], tmp_path: Path) -> None:
    said = say(command, DATA_DIR=str(tmp_path), PORT="many")
    assert said == ["modwatch: MODWATCH_PORT must be a whole number from 0 to 65535, not 'many'"]


@pytest.mark.parametrize("command", [FLASK, [*CELERY, "report"], GUNICORN], ids=" ".join)
def test_a_folder_for_the_database_that_cannot_be(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    said = say(command, DATA_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{file}/folder/modwatch.db")
    assert len(said) == 1, said
    assert said[0].startswith("modwatch: MODWATCH_DATABASE_URL cannot be used: ")


def test_a_worker_without_redis_says_so(tmp_path: Path) -> None:
    (line,) = say([*CELERY, "report"], DATA_DIR=str(tmp_path), REDIS_URL="none")
    assert "MODWATCH_REDIS_URL" in line
