"""A worker with its beat, and a Redis that answers but takes no writes: they go on when it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.redis.pulse import Pulse
from domain.task_names import TaskName
from models.snapshots.dirty import count_dirty
from services.container import system_clock
from tests.parts import Clock, Web, ingest, make_web, settings_for, until, violation
from tests.servers.valkey import Valkey
from tools.run import worker_process
from tools.supervisor import Child

# So often the worker was refused before it is let in again: at each, it would have ended before.
REFUSALS = 5


@pytest.fixture
def web(
    sqlite_url: str, valkey: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Web]:
    """A web process here; the worker gets its settings from the environment."""
    for name, value in {
        "DATABASE_URL": sqlite_url,
        "REDIS_URL": valkey.url,
        "DATA_DIR": str(tmp_path),
        "LOG_LEVEL": "warning",
    }.items():
        monkeypatch.setenv(f"MODWATCH_{name}", value)
    settings = settings_for(sqlite_url, tmp_path, valkey.url)
    made = make_web(settings, Clock(system_clock()), loops=True)
    yield made
    made.parts.close()


@pytest.fixture
def worker(web: Web) -> Iterator[Child]:
    child = worker_process(web.parts.settings)
    child.start()
    yield child
    child.ask_to_end()
    until(lambda: child.exit_code() is not None, 120, "the worker's end")


def refused(valkey: Valkey, code: str) -> int:
    with valkey.client() as client:
        counts = client.info("errorstats")
    found = counts.get(f"errorstat_{code}", {})
    return int(found.get("count", 0)) if isinstance(found, dict) else 0


# How it refuses, and the commands that have it do so and end that.
TROUBLES = (
    ("READONLY", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    ("OOM", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
)


def test_a_worker_outlives_each_of_them(web: Web, worker: Child, valkey: Valkey) -> None:
    pulse = Pulse(web.parts.redis)
    until(lambda: pulse.workers(system_clock()) == 1, 120, "a sign of life")
    for code, begin, end in TROUBLES:
        _outlives(web, worker, valkey, code, begin, end)


def _outlives(web: Web, worker: Child, valkey: Valkey, code: str, begin: str, end: str) -> None:
    # One task is on its way to the worker when writes are refused.
    web.parts.queue.enqueue(TaskName.SWEEP, countdown_seconds=0.2)
    with valkey.client() as client:
        before = refused(valkey, code)
        client.execute_command(*begin.split())
        try:
            until(lambda: refused(valkey, code) >= before + REFUSALS, 120, "refusals")
            check = web.client().get("/health").get_json()["checks"]["cache"]
        finally:
            client.execute_command(*end.split())
    assert check["status"] == "degraded"
    assert "takes no writes" in check["message"]
    assert worker.exit_code() is None
    assert ingest(web.bot(), violation(timestamp_ms=system_clock())).status_code == 202
    web.parts.queue.enqueue(TaskName.SWEEP)
    until(lambda: is_clean(web), 120, "snapshots afterwards")
    assert web.client().get("/health").get_json()["checks"]["cache"]["status"] == "healthy"
    assert worker.exit_code() is None


def is_clean(web: Web) -> bool:
    with web.parts.database.read() as connection:
        return not count_dirty(connection)
