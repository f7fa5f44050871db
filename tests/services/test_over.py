"""What is over is deleted in short steps, so that others write in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, insert, select

from domain.windows import DAY_MS
from models.deliveries.store import DeliveryRow, add_deliveries
from models.deliveries.tables import Delivery, DeliveryAttempt
from models.work.long import LongWork
from services.container import Parts, build_parts
from services.operations import upkeep
from services.operations.over import ROWS_AT_ONCE
from tests.parts import GUILD, NOW_MS, Clock, settings_for

MANY = 2 * ROWS_AT_ONCE + 10
OLD_MS = NOW_MS - 400 * DAY_MS


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    built = build_parts(settings_for(database_url, tmp_path), Clock(NOW_MS))
    built.deliverer.close()
    yield built
    built.close()


def _delivery(number: int, state: str, at_ms: int = OLD_MS) -> DeliveryRow:
    return DeliveryRow(
        guild_id=GUILD,
        id=UUID(int=number),
        subject=str(number),
        notification_id=None,
        alert_id=None,
        kind="notification",
        event_type="config_update",
        priority="low",
        channel_id=UUID(int=1),
        channel_kind="slack",
        target="",
        story=str(number),
        seq=1,
        lane=str(number),
        state=state,
        reason="sent",
        due_ms=None,
        created_ms=at_ms,
        updated_ms=at_ms,
    )


def _fill(parts: Parts) -> None:
    """Old deliveries with an attempt each, old long work; one that waits still, and a new one."""
    rows = [_delivery(number, "sent") for number in range(MANY)]
    waits, new = _delivery(MANY, "queued"), _delivery(MANY + 1, "sent", NOW_MS)
    attempt = {"guild_id": GUILD, "n": 1, "begun_ms": OLD_MS}
    attempts = [{**attempt, "delivery_id": row.id} for row in [*rows, new]]
    work = {"guild_id": GUILD, "kind": "test", "subject": "", "state": "done", "attempts": 1}
    times = {"due_ms": OLD_MS, "created_ms": OLD_MS, "ended_ms": OLD_MS}
    works = [{**work, **times, "id": UUID(int=number)} for number in range(MANY)]
    with parts.database.write() as connection:
        add_deliveries(connection, [*rows, waits, new])
        connection.execute(insert(DeliveryAttempt), attempts)
        connection.execute(insert(LongWork), works)


def _counts(parts: Parts) -> list[int]:
    with parts.database.read() as connection:
        tables = (Delivery, DeliveryAttempt, LongWork)
        return [connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def test_no_transaction_deletes_many_rows(parts: Parts) -> None:
    _fill(parts)
    deleted: list[int] = []

    def look(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE"):
            deleted.append(cursor.rowcount)

    event.listen(parts.database.engine, "after_cursor_execute", look)
    upkeep.prune(parts)
    event.remove(parts.database.engine, "after_cursor_execute", look)
    assert _counts(parts) == [2, 1, 0]
    assert sum(deleted) == 3 * MANY
    assert max(deleted) <= ROWS_AT_ONCE
