"""`/metrics` sums what all processes of a host count, and goes on when one of them is another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from adapters.settings import ROOT
from api.cli.commands import Commands
from services.container import system_clock
from tests.command_line import MODWATCH
from tests.faults.stack import REQUEST_SECONDS, START_SECONDS, SWEPT_SECONDS, Stack, kill
from tests.parts import messages, until
from tests.servers.ports import free_port
from tests.servers.valkey import Valkey
from tools.supervisor import Child

pytestmark = pytest.mark.faults
SWEEPS = 'modwatch_task_duration_seconds_count{outcome="done",task="maintenance.sweep"}'
ACCEPTED = 'modwatch_events_total{outcome="accepted"}'


def value(stack: Stack, sample: str) -> float:
    lines = stack.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(sample))


def send(stack: Stack) -> None:
    with stack.client() as bot:
        event = messages(timestamp_ms=system_clock())
        assert bot.post("/api/v1/ingest", json={"events": [event]}).json()["accepted"] == 1


def test_web_and_worker_are_summed_whichever_is_started_again(
    make_stack: Callable[[str], Stack], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODWATCH_WEB_WORKERS", "2")
    monkeypatch.setenv("MODWATCH_WORKER_METRICS_PORT", str(free_port()))
    monkeypatch.setenv("MODWATCH_METRICS_TOKEN", "")
    stack = make_stack(sqlite_url)
    for _ in range(8):  # each on a connection of its own: both web processes get some
        send(stack)
    assert value(stack, ACCEPTED) == 8
    until(lambda: value(stack, SWEEPS) >= 1, SWEPT_SECONDS, "the sweep of a worker that starts")
    worker_says_the_same(stack)
    kill(stack.worker)
    assert is_unhealthy("worker")
    before = value(stack, SWEEPS)
    stack.worker.start()
    until(lambda: value(stack, SWEEPS) > before, SWEPT_SECONDS, "one more, by the next worker")
    kill(stack.web)
    stack.start_web()
    assert value(stack, SWEEPS) >= 1  # the worker that lives goes on
    before = value(stack, ACCEPTED)
    send(stack)
    assert value(stack, ACCEPTED) == before + 1


def worker_says_the_same(stack: Stack) -> None:
    """On a port of its own; the gauges of the installation as well."""
    with on_port(stack.settings.worker_metrics_port) as client:
        assert client.get("/health/live").json() == {"status": "alive"}
        assert client.get("/elsewhere").status_code == 404
        lines = client.get("/metrics").text.splitlines()
    assert any(line.startswith(SWEEPS) for line in lines)
    assert "modwatch_workers_alive 1.0" in lines
    assert healthy("worker") == 0


def on_port(port: int | None) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=REQUEST_SECONDS)


def healthy(what: str) -> int:
    """The exit code of the command, which finds its settings in this process's environment."""
    return subprocess.run([*MODWATCH, "healthy", what], cwd=ROOT, check=False).returncode


def is_unhealthy(what: str) -> bool:
    """What the same command says, without a process."""
    return CliRunner().invoke(Commands(), ["healthy", what]).exit_code == 3


def test_beat_is_seen_on_a_port_of_its_own(
    sqlite_url: str, valkey: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    given = {"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path), "REDIS_URL": valkey.url}
    for name, text in (given | {"WORKER_METRICS_PORT": str(port), "METRICS_TOKEN": "t"}).items():
        monkeypatch.setenv(f"MODWATCH_{name}", text)
    assert is_unhealthy("beat")
    command = (sys.executable, "-m", "celery", "-A", "celery_config", "-q", "beat")
    beat = Child("beat", command)
    beat.start()
    try:
        until(lambda: not is_unhealthy("beat"), START_SECONDS, "an answer of beat")
        assert healthy("beat") == 0
        with on_port(port) as client:
            assert client.get("/metrics").status_code == 401
            told = client.get("/metrics", headers={"Authorization": "Bearer t"})
        assert "modwatch_dirty_guilds 0.0" in told.text.splitlines()
    finally:
        kill(beat)
