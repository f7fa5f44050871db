"""Valkey is killed while events come in and pages are read, and comes back with what it kept."""

from __future__ import annotations

import time

import pytest

from tests.faults.clients import Bot, Dashboard
from tests.faults.stack import SWEPT_SECONDS, Stack, kill
from tests.faults.truth import check_counts, is_clean, is_published, wrong_answers
from tests.parts import until

pytestmark = pytest.mark.faults
BUSY, QUIET = [9001, 9002, 9003], [9101, 9102]


def test_an_outage_loses_nothing_and_no_read_fails(stack: Stack) -> None:
    """The quiet guilds get their last events while it is away: nothing later wakes anybody."""
    busy, quiet = Bot(stack.client(), BUSY), Bot(stack.client(), QUIET)
    page = Dashboard(stack.client(*BUSY, *QUIET), [*BUSY, *QUIET])
    for going in (busy, page):
        going.start()
    quiet.send(quiet.batch())
    until(lambda: busy.accepted > 100, 60, "some events")
    kill(stack.valkey)
    before = busy.accepted
    until(lambda: busy.accepted > before + 50, 60, "events taken without Valkey")
    quiet.send(quiet.batch())
    reads = page.seen[200]
    until(lambda: page.seen[200] > reads + 50, 60, "reads answered without Valkey")
    busy.stop()
    stack.start_valkey()
    back = time.monotonic()
    reader = stack.client(*BUSY, *QUIET)

    def is_fresh() -> bool:
        return is_clean(stack.database) and is_published(stack.database) and not wrong()

    def wrong() -> list[str]:
        return wrong_answers(reader, stack.database, [*BUSY, *QUIET])

    until(is_fresh, SWEPT_SECONDS, "fresh answers")
    print(f"fresh {time.monotonic() - back:.1f} s after Valkey came back")
    page.stop()
    assert set(busy.seen) | set(quiet.seen) == {202}
    assert page.failures == []
    check_counts(stack.database, [busy, quiet])
