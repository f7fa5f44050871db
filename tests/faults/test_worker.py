"""Workers are killed while they make snapshots, and events go on coming in."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import text

from schedules.beat import SWEEP_EVERY_SECONDS
from services.materialise import LEASE_MS
from services.parts import system_clock
from tests.faults.clients import Bot, Dashboard
from tests.faults.stack import Stack, at_the_moment, kill, pool_process
from tests.faults.truth import (
    check_counts,
    check_streams,
    is_clean,
    is_published,
    wrong_answers,
)
from tests.parts import until

pytestmark = pytest.mark.faults
GUILDS = list(range(8001, 8021))
CLEAN_WITHIN_SECONDS = SWEEP_EVERY_SECONDS + LEASE_MS / 1000


def is_at_work(stack: Stack) -> bool:
    """Whether a worker holds guilds that it is making snapshots of."""
    query = text("SELECT count(*) FROM dirty_guilds WHERE claimed_until_ms > :now_ms")
    with stack.database.read() as connection:
        return bool(connection.scalar(query, {"now_ms": system_clock()}))


def test_killed_workers_leave_nothing_undone(stack_on_postgres: Stack) -> None:
    stack = stack_on_postgres
    bot = Bot(stack.client(), GUILDS)
    page = Dashboard(stack.client(*GUILDS), GUILDS)
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
    until(lambda: is_clean(stack.database), CLEAN_WITHIN_SECONDS, "snapshots of every guild")
    page.stop()
    until(lambda: is_published(stack.database), 10, "all events published")
    assert set(bot.seen) == {202}
    assert page.failures == []
    check_counts(stack.database, [bot])
    reader = stack.client(*GUILDS)
    until(lambda: wrong_answers(reader, stack.database, GUILDS) == [], 10, "true answers")


def test_two_beats_and_two_workers_do_no_harm(stack_on_postgres: Stack) -> None:
    """Both sweep at the same moments, and both wake for every event."""
    stack, guilds = stack_on_postgres, GUILDS[:5]
    stack.second_worker()
    stack.wait_for_worker(2)
    bot = Bot(stack.client(), guilds)
    bot.start()
    until(lambda: bot.accepted > 300, 60, "three hundred events")
    bot.stop()
    until(lambda: is_clean(stack.database), 10, "snapshots of every guild")
    until(lambda: is_published(stack.database), 10, "all events published")
    assert set(bot.seen) == {202}
    check_counts(stack.database, [bot])
    check_streams(stack, [bot])
    reader = stack.client(*guilds)
    until(lambda: wrong_answers(reader, stack.database, guilds) == [], 10, "true answers")
