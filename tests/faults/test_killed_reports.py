"""`kill -9` of a process that plans and makes reports, in the middle of each of its transactions.

Whatever was done by then, the report comes once. MODWATCH_TEST_KILLS asks for more rounds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from domain.long_work import LEASE_MS
from domain.windows import MINUTE_MS
from tests.faults.processes import ForkServer, Nursery
from tests.services.alerts.town import Town, open_town
from tests.services.reports.press import DAY_MS, Press

pytestmark = pytest.mark.faults
KILLS = int(os.environ.get("MODWATCH_TEST_KILLS", "1"))
STEPS = (
    "INSERT INTO report_occurrences",  # entered, not committed
    "UPDATE report_schedules SET next_ms",  # moved on, not committed
    "UPDATE long_work",  # claimed by nobody yet
    "UPDATE report_occurrences SET claim",  # its report is claimed
    "rollup_hours",  # in the middle of its figures
    "UPDATE report_occurrences SET state",  # made, not committed
    "INSERT INTO deliveries",  # with its deliveries
)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        yield open_town(stack, database_url, tmp_path)


@pytest.fixture
def pressroom(town: Town, fork_server: ForkServer) -> Iterator[Nursery]:
    made = Nursery(fork_server, "pressroom", town.parts.settings.given)
    yield made
    made.end()


def test_a_report_comes_once_wherever_its_process_is_killed(town: Town, pressroom: Nursery) -> None:
    press = Press(town)
    schedule = press.add(town.add_channel("slack"))
    press.at("2026-03-19T08:00:00Z")
    for round in range(KILLS * len(STEPS)):
        due_ms = town.clock()
        pressroom.kill_at(due_ms, STEPS[round % len(STEPS)])
        town.clock.advance(LEASE_MS + MINUTE_MS)
        press.turn()
        assert press.states(schedule) == ["sent"] * (round + 1)
        assert len(town.slack.accepted) == round + 1
        town.clock.now_ms = due_ms + DAY_MS
