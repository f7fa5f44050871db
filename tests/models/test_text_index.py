"""The trigram index of wordings: used where there is one, and not missed where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from adapters.database import Database
from adapters.migrations import alembic_config, upgrade
from models.violations.list import ViolationFilter, list_violations
from models.violations.search import find_texts
from models.violations.text_index import MOST_NOT_INDEXED, has_text_index
from schemas.events.structs import Event
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from services.snapshots.text_index import index_texts
from tests.models.plans import explained
from tests.servers.postgres import Cluster
from tests.services import stored
from tests.services.events import violation

NOW_MS = 1_769_508_000_000
GUILD, OTHER = 10**17, 10**17 + 1
MANY = MOST_NOT_INDEXED + 500
COUNTED = ("violations", "violation_texts", "offender_totals")


def _events(guild_id: int, count: int) -> list[Event]:
    return [
        violation(
            guild_id,
            NOW_MS - number * 1_000,
            number % 3 + 1,
            id=UUID(int=number),
            rule=None if number % 4 else "Übermut",
            reason=f"said number {number:05} aloud",
            severity=("low", "medium", "high")[number % 3],
        )
        for number in range(count)
    ]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A guild with more wordings than a search should read, and one with few."""
    opened = Database(database_url)
    ingest_events(opened, _events(GUILD, MANY), NOW_MS, live=False)
    ingest_events(opened, _events(OTHER, 20), NOW_MS, live=False)
    yield opened
    opened.close()


def _indexed(database: Database, guild_id: int) -> int:
    return sum(row[-1] for row in stored.rows(database, "violation_texts", [guild_id]))


def _found(database: Database, said: str) -> list[UUID]:
    wanted = ViolationFilter(text=said)
    with database.read() as connection:
        found = list_violations(connection, GUILD, wanted, 50)
        assert find_texts(connection, GUILD, said).count() == len(found)
    return [item.row.id for item in found]


def test_a_guild_with_many_wordings_is_searched_by_trigrams(database: Database) -> None:
    # So many that PostgreSQL finds reading them all the dearer way.
    ingest_events(database, _events(GUILD, 3 * MANY), NOW_MS, live=False)
    index_texts(database, [GUILD, OTHER])
    assert (_indexed(database, GUILD), _indexed(database, OTHER)) == (3 * MANY, 0)
    if database.is_postgresql:
        # On a connection of its own: statistics are no business of a transaction that reads.
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    with explained(database) as plans:
        assert _found(database, "NUMBER 01234") == [UUID(int=1234)]

    name = "idx_violation_texts_trigrams" if database.is_postgresql else "violation_text_trigrams"
    assert any(name in plan for plan in plans), plans
    assert any("idx_violations_text" in plan for plan in plans), plans
    assert any("idx_violation_texts_not_indexed" in plan for plan in plans), plans


def test_what_is_new_is_found_before_it_is_indexed(database: Database) -> None:
    index_texts(database, [GUILD])
    late = violation(GUILD, NOW_MS, id=UUID(int=MANY), reason="number 01234 once more")
    ingest_events(database, [late], NOW_MS)
    assert _indexed(database, GUILD) == MANY
    assert _found(database, "number 01234") == [late.id, UUID(int=1234)]


def test_searches_do_without_an_index(database: Database) -> None:
    """As the migration leaves a database that has no trigrams to offer."""
    drop = (
        "DROP EXTENSION pg_trgm CASCADE"
        if database.is_postgresql
        else ("DROP TABLE violation_text_trigrams")
    )
    with database.write() as connection:
        connection.execute(text(drop))
        assert not has_text_index(connection)
    index_texts(database, [GUILD])
    assert _indexed(database, GUILD) == 0
    assert _found(database, "number 01234") == [UUID(int=1234)]


def test_migrating_counts_what_is_there(database: Database) -> None:
    before = stored.all_rows(database, COUNTED, [GUILD, OTHER])
    database.close()
    command.downgrade(alembic_config(database.url), "0002")
    upgrade(database.url)
    after = stored.all_rows(database, COUNTED, [GUILD, OTHER])
    assert verify(database, None, NOW_MS) == []
    assert after.keys() == before.keys()
    texts = after.pop("violation_texts")
    assert [row[:-1] for row in texts] == [row[:-1] for row in before.pop("violation_texts")]
    assert after == before
    assert (_indexed(database, GUILD), _indexed(database, OTHER)) == (MANY, 0)
    assert _found(database, "number 01234") == [UUID(int=1234)]


def test_who_may_not_create_the_extension_is_told_and_goes_on(
    postgres: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    postgres.execute("CREATE DATABASE {} TEMPLATE template0", "not_mine")
    postgres.execute("CREATE ROLE {} LOGIN", "plain")
    admin = create_engine(postgres.url("not_mine"))
    with admin.begin() as connection:
        connection.execute(text("GRANT ALL ON SCHEMA public TO plain"))
    admin.dispose()
    url = postgres.url("not_mine").replace("modwatch@", "plain@")
    upgrade(url)
    assert "docs/configuration.md" in caplog.text
    database = Database(url)
    with database.read() as connection:
        assert not has_text_index(connection)
    ingest_events(database, _events(GUILD, 10), NOW_MS)
    assert _found(database, "number 00003") == [UUID(int=3)]
    database.close()
    postgres.drop("not_mine")
    postgres.execute("DROP ROLE {}", "plain")
