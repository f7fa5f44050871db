"""`/metrics` sums what all processes of a host count, and goes on when one of them is another."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from services.parts import system_clock
from tests.faults.stack import Stack, kill
from tests.parts import messages, until

pytestmark = pytest.mark.faults
SWEEPS = 'modwatch_task_duration_seconds_count{outcome="done",task="maintenance.sweep"}'
ACCEPTED = 'modwatch_events_total{outcome="accepted"}'


def value(stack: Stack, sample: str) -> float:
    lines = httpx.get(f"{stack.url}/metrics", timeout=30).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(sample))


def send(stack: Stack) -> None:
    with stack.client() as bot:
        event = messages(timestamp_ms=system_clock())
        assert bot.post("/api/v1/ingest", json={"events": [event]}).json()["accepted"] == 1


def test_web_and_worker_are_summed_whichever_is_started_again(
    make_stack: Callable[[str], Stack], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODWATCH_WEB_WORKERS", "2")
    stack = make_stack(sqlite_url)
    for _ in range(8):  # each on a connection of its own: both web processes get some
        send(stack)
    assert value(stack, ACCEPTED) == 8
    until(lambda: value(stack, SWEEPS) >= 1, 30, "the sweep of a worker that starts")
    kill(stack.worker)
    before = value(stack, SWEEPS)
    stack.worker.start()
    until(lambda: value(stack, SWEEPS) > before, 60, "one more sweep, by the next worker")
    kill(stack.web)
    stack.start_web()
    assert value(stack, SWEEPS) >= 1  # the worker that lives goes on
    before = value(stack, ACCEPTED)
    send(stack)
    assert value(stack, ACCEPTED) == before + 1
