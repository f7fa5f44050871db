"""Workers are killed while they make snapshots, and events go on coming in."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import text

from services.container import system_clock
from services.snapshots.materialise import LEASE_MS
from tests.faults.clients import Bot, Dashboard
from tests.faults.stack import SWEPT_SECONDS, Stack, at_the_moment, kill, pool_process
from tests.faults.truth import (
    check_counts,
    is_clean,
    is_published,
    wrong_answers,
)
from tests.parts import until

pytestmark = pytest.mark.faults
GUILDS = list(range(8001, 8021))
# What a killed worker had is found by the next sweep, once its lease is over.
PATIENCE_SECONDS = SWEPT_SECONDS + 2 * LEASE_MS / 1000


def is_at_work(stack: Stack) -> bool:
    """Whether a worker holds guilds that it is making snapshots of."""
    query = text("SELECT count(*) FROM dirty_guilds WHERE claimed_until_ms > :now_ms")
    with stack.database.read() as connection:
        return bool(connection.scalar(query, {"now_ms": system_clock()}))


def test_killed_workers_leave_nothing_undone(stack_on_postgres: Stack) -> None:
    stack = stack_on_postgres
    bot = Bot(stack.client(), GUILDS, pause_seconds=0.2)
    page = Dashboard(stack.client(*GUILDS), GUILDS, pause_seconds=0.1)
    bot.start()
    page.start()
    for victim in ("pool", "worker", "pool"):
        pid = pool_process(stack)
        at_the_moment(lambda: is_at_work(stack), 60, "a worker at work")
        if victim == "pool":
            os.kill(pid, signal.SIGKILL)  # the process that runs tasks; its worker makes another
        else:
            kill(stack.worker)  # all of it, with beat
            stack.worker.start()
            stack.wait_for_worker()
    bot.stop()
    until(lambda: is_clean(stack.database), PATIENCE_SECONDS, "snapshots of every guild")
    page.stop()
    until(lambda: is_published(stack.database), PATIENCE_SECONDS, "all events published")
    assert set(bot.seen) == {202}
    assert page.failures == []
    check_counts(stack.database, [bot])
    reader = stack.client(*GUILDS)
    until(
        lambda: wrong_answers(reader, stack.database, GUILDS) == [],
        PATIENCE_SECONDS,
        "true answers",
    )
