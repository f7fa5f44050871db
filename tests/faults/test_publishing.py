"""The web process is killed between commit and publish: every live event still comes, once."""

from __future__ import annotations

import signal

import pytest
from sqlalchemy import text

from adapters.redis.event_stream import LOCK_KEY
from adapters.redis.link import RedisLink
from adapters.redis.task_queue import TaskQueue
from domain.task_names import TaskName
from tests.faults.clients import Bot
from tests.faults.stack import SWEPT_SECONDS, Stack, kill
from tests.faults.truth import check_counts, check_streams, is_clean, is_published
from tests.parts import until

pytestmark = pytest.mark.faults
GUILDS = [7001, 7002, 7003]
# The lock of a publisher that died ends after 5 s; then a sweep, and the one after it at worst.
PATIENCE_SECONDS = SWEPT_SECONDS


def test_what_was_committed_is_published_though_its_process_died(stack_on_postgres: Stack) -> None:
    stack = stack_on_postgres
    bot = Bot(stack.client(), GUILDS)
    bot.send(bot.batch())
    until(lambda: is_published(stack.database), PATIENCE_SECONDS, "the first events published")
    stack.valkey.send(signal.SIGSTOP)
    for _ in range(3):
        bot.send(bot.batch())
    with stack.database.read() as connection:
        waiting = connection.scalar(text("SELECT count(*) FROM outbox"))
    assert waiting == 3 * len(GUILDS)
    kill(stack.web)
    stack.valkey.send(signal.SIGCONT)
    # No web process: only the worker's sweep can publish, when the lock of who died has ended.
    # Beat asks for the next one within half a minute: here it is asked for at once.
    link = RedisLink(stack.settings.redis_url)
    free = "the end of the lock"
    until(lambda: link.ask(lambda one: one.exists(LOCK_KEY)) == 0, PATIENCE_SECONDS, free)
    assert TaskQueue(link).enqueue(TaskName.SWEEP)
    link.close()
    until(lambda: is_published(stack.database), PATIENCE_SECONDS, "all events published")
    stack.start_web()
    bot.send(bot.batch())
    until(lambda: is_clean(stack.database), PATIENCE_SECONDS, "snapshots of all events")
    until(lambda: is_published(stack.database), PATIENCE_SECONDS, "the last events published")
    assert bot.seen == {202: 5}
    check_counts(stack.database, [bot])
    check_streams(stack, [bot])
