"""A batch that fails half-way leaves nothing behind, and can be sent again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from adapters.database import Database
from models import Base
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from tests.services.events import one_of_each
from tests.services.histories import NOW_MS
from tests.services.moments import failing, once_before

WRITTEN = (
    "guilds",
    "ingested_events",
    "violations",
    "message_counts",
    "user_warnings",
    "appeals",
    "heartbeats",
    "user_cache",
    "rollup_minutes",
    "rollup_days",
    "rollup_moderators",
    "seen_rules",
    "offender_totals",
    "offender_distribution",
    "outbox",
    "dirty_guilds",
)


def _everything(database: Database) -> dict[str, list[object]]:
    with database.read() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }
    return {name: sorted(rows, key=str) for name, rows in found.items() if rows}


@pytest.mark.parametrize("table", WRITTEN)
def test_a_batch_the_database_refuses_leaves_nothing(database: Database, table: str) -> None:
    first, second = one_of_each(1, NOW_MS), one_of_each(2, NOW_MS - 1) + one_of_each(1, NOW_MS)
    ingest_events(database, first, NOW_MS)
    before = _everything(database)
    with failing(database, table), pytest.raises(DBAPIError, match="refused"):
        ingest_events(database, first + second, NOW_MS)
    assert _everything(database) == before
    answer = ingest_events(database, first + second, NOW_MS)
    assert (answer.accepted, answer.duplicates) == (len(second), len(first))
    assert verify(database, None, NOW_MS) == []


@pytest.mark.parametrize("table", WRITTEN)
def test_a_connection_lost_half_way_leaves_nothing(postgres_url: str, table: str) -> None:
    database, events = Database(postgres_url), one_of_each(1, NOW_MS)

    def cut() -> None:
        with database.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )

    with once_before(database, f"INSERT INTO {table}", cut), pytest.raises(DBAPIError):
        ingest_events(database, events, NOW_MS)
    assert _everything(database) == {}
    assert ingest_events(database, events, NOW_MS).accepted == len(events)
    assert verify(database, None, NOW_MS) == []
    database.close()
