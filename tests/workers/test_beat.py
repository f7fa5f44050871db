"""Beat says when, whatever the clock on the wall does, from any folder and without a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from celery import Celery
from freezegun import freeze_time

from adapters.process.tether import die_with_parent
from tests.parts import until
from tests.servers.valkey import Valkey
from workers.beat import SteadyScheduler

ROOT = Path(__file__).resolve().parent.parent.parent


class Noting(SteadyScheduler):
    """Notes what it would send."""

    def __init__(self, app: Celery) -> None:
        self.sent: list[str] = []
        super().__init__(app)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent.append(entry.name)


def test_a_clock_that_jumps_hurries_and_holds_up_nothing() -> None:
    app = Celery(broker="memory://", set_as_current=False)
    app.conf.beat_schedule = {"often": {"task": "x", "schedule": 0.05}}
    with freeze_time("2026-01-01 12:00", ignore=["workers.beat", "tests"]) as wall:
        beat = Noting(app)
        for jump in ("2026-01-01 13:00", "2026-01-01 12:00", "2025-01-01 12:00"):
            sent = len(beat.sent)
            wall.move_to(jump)
            beat.tick()
            assert len(beat.sent) - sent <= 1
            until(lambda: beat.tick() >= 0 and len(beat.sent) > sent + 1, 60, "two more")  # noqa: B023


def test_nothing_is_due_before_its_time_and_nothing_is_made_up_for() -> None:
    app = Celery(broker="memory://", set_as_current=False)
    app.conf.beat_schedule = {"seldom": {"task": "x", "schedule": 3600.0}}
    beat = Noting(app)
    assert 0 < beat.tick() <= 5
    assert beat.sent == []


def test_beat_runs_alone_from_any_settings(valkey: Valkey, sqlite_url: str, tmp_path: Path) -> None:
    """As in a container of its own: no other process has made a folder for it."""
    data_dir, said, here = tmp_path / "elsewhere" / "data", tmp_path / "said", tmp_path / "here"
    own = {"DATA_DIR": str(data_dir), "REDIS_URL": valkey.url, "DATABASE_URL": sqlite_url}
    environment = os.environ | {f"MODWATCH_{name}": value for name, value in own.items()}
    here.mkdir()
    with said.open("wb") as output:
        beat = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celery_config", "beat", "--loglevel=info"],
            cwd=here,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,
        )
    try:
        until(lambda: "beat: Starting..." in said.read_text(), 60, said.read_text() or "a start")
        assert beat.poll() is None
    finally:
        beat.send_signal(signal.SIGTERM)
        beat.wait()
    assert beat.returncode == 0
    assert list(here.iterdir()) == []
