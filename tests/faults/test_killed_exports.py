"""`kill -9` of a process that makes an export, at each of its steps, on both databases.

MODWATCH_TEST_KILLS asks for the steps between them as well (`make faults`).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.export_life import ExportState
from domain.exports import ExportFormat, ExportType
from domain.long_work import LEASE_MS
from domain.windows import MINUTE_MS
from models.notifications.tables import Notification
from services.container import Parts, build_parts
from services.exports.asking import Asked
from services.exports.retention import prune_exports
from tests.faults.export_nursery import FINER_STEPS, IN_A_TRANSACTION, STEPS
from tests.faults.processes import ForkServer, Nursery
from tests.parts import Clock, settings_for
from tests.services.exports.life import CSV, ask_one, assert_whole, files, fill, row_of, run_due

pytestmark = pytest.mark.faults
# A kill costs as much as seventeen of a process that sends.
ROUNDS = max(int(os.environ.get("MODWATCH_TEST_KILLS", "1")) // 17, 1)
WAYS = (*STEPS, *FINER_STEPS)
ROWS = 6_000  # more than a piece
XLSX = Asked(export_type=ExportType.VIOLATIONS, format=ExportFormat.XLSX)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    plain = database_url.replace("+psycopg", "")
    made = build_parts(settings_for(plain, tmp_path, LONG_PROCESSES="0"), Clock())
    fill(made, ROWS)
    yield made
    made.close()


@pytest.fixture
def nursery(parts: Parts, fork_server: ForkServer) -> Iterator[Nursery]:
    made = Nursery(fork_server, "export_nursery", parts.settings.given)
    yield made
    made.end()


def tells(parts: Parts) -> int:
    with parts.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(Notification)) or 0


def test_whenever_it_is_killed_there_is_one_whole_file(parts: Parts, nursery: Nursery) -> None:
    """Two never overlap: what is redelivered while the first is at it finds nothing to do."""
    clock, hashes = parts.clock, defaultdict[str, set[str | None]](set)
    assert isinstance(clock, Clock)
    for number, step in enumerate(islice(cycle(WAYS), len(STEPS) * ROUNDS), 1):
        asked = XLSX if step == "writing" else CSV
        id: UUID = ask_one(parts, asked)
        pid = nursery.start(clock(), step)
        nursery.wait_until_there()
        if step not in IN_A_TRANSACTION:
            assert run_due(parts) == 0, step
            prune_exports(parts)  # takes nothing from who is at it
        nursery.kill(pid)
        clock.advance(LEASE_MS + MINUTE_MS)
        run_due(parts)
        row = row_of(parts, id)
        assert (row.state, row.rows_done) == (ExportState.DONE, ROWS), step
        assert tells(parts) == number, step
        prune_exports(parts)
        assert_whole(parts, row)
        hashes[asked.format].add(row.sha256)
        files(parts)[0].unlink()
    assert len(hashes["csv"]) == 1
