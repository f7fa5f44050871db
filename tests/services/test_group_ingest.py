"""Requests that share a transaction are answered and stored as if each had had its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError

from adapters.database import Database
from models.guilds.guild import lock_guilds
from services.ingest.grouping import SMALL, GroupIngest
from services.ingest.store import Ingested, ingest_events, ingest_together
from services.operations.rollups import verify
from tests.parts import until
from tests.services import stored
from tests.services.events import messages, violation
from tests.services.histories import NOW_MS, Made, made
from tests.services.moments import failing, once_before
from tests.services.tried import tried

GUILD = 10**17


def test_together_is_as_one_after_the_other(database: Database, other_database: Database) -> None:
    def holds(history: Made) -> None:
        _is_the_same(database, other_database, history)

    tried(database, 8, holds, history=made())


def _is_the_same(database: Database, other_database: Database, history: Made) -> None:
    together = ingest_together(database, history.batches, NOW_MS)
    apart = [ingest_events(other_database, batch, NOW_MS) for batch in history.batches]
    assert together == apart
    for name in (*stored.STATE, *stored.ROLLUPS, "rollup_minutes"):
        ours = stored.rows(database, name, history.guild_ids)
        assert ours == stored.rows(other_database, name, history.guild_ids), name
    assert verify(database, history.guild_ids, NOW_MS) == []


class Busy:
    """A transaction that is stopped half-way while others come; `results` of all, the first too."""

    def __init__(self, database: Database) -> None:
        self._database, self._ingest = database, GroupIngest(database)
        self.transactions = 0

    def run(
        self, first: Sequence[Any], others: Sequence[Sequence[Any]], then: Callable[[], Any] = list
    ) -> list[Future[Ingested]]:
        event.listen(self._database.engine, "commit", self._count)
        with ThreadPoolExecutor(len(others) + 1) as pool:

            def send(events: Sequence[Any]) -> Future[Ingested]:
                return pool.submit(self._ingest.run, events, NOW_MS)

            def crowd() -> None:
                for number, events in enumerate(others, 1):
                    sent.append(send(events))
                    until(lambda: self._ingest.waiting >= number, 60, "a request waits")  # noqa: B023
                then()

            sent: list[Future[Ingested]] = []
            with once_before(self._database, "INSERT INTO ingested_events", crowd):
                answer = send(first)
                answer.exception()
        event.remove(self._database.engine, "commit", self._count)
        assert self._ingest.waiting == 0
        return [answer, *sent]

    def _count(self, _: object) -> None:
        self.transactions += 1


def test_those_that_come_meanwhile_share_the_next_transaction(database: Database) -> None:
    busy, again = Busy(database), violation(GUILD, NOW_MS)
    others = [[again], [violation(GUILD + 1, NOW_MS), again], [messages(GUILD, NOW_MS)]]
    answers = busy.run([violation(GUILD, NOW_MS)], others)
    assert [answer.result() for answer in answers] == [
        Ingested(1, 0, (GUILD,)),
        Ingested(1, 0, (GUILD,)),
        Ingested(1, 1, (GUILD + 1,)),
        Ingested(1, 0, (GUILD,)),
    ]
    assert busy.transactions == 2
    assert verify(database, None, NOW_MS) == []


def test_a_large_request_goes_by_itself(database: Database) -> None:
    ingest = GroupIngest(database)
    many = [violation(GUILD, NOW_MS) for _ in range(SMALL + 1)]

    def meanwhile() -> None:
        """One that does not wait for it either, where the database can do two at once."""
        if database.is_postgresql:
            assert ingest.run([violation(GUILD + 1, NOW_MS)], NOW_MS).accepted == 1

    with once_before(database, "INSERT INTO ingested_events", meanwhile):
        assert ingest.run(many, NOW_MS).accepted == SMALL + 1
    assert ingest.run(many[:1], NOW_MS).duplicates == 1


def test_one_that_fails_takes_nobody_along(database: Database) -> None:
    others = [[violation(GUILD + 1, NOW_MS)], [messages(GUILD + 2, NOW_MS)]]
    with failing(database, "message_counts"):
        first, well, ill = Busy(database).run([violation(GUILD, NOW_MS)], others)
    assert (first.result().accepted, well.result().accepted) == (1, 1)
    with pytest.raises(DBAPIError, match="refused"):
        ill.result()
    assert stored.rows(database, "message_counts", [GUILD + 2]) == []
    assert verify(database, None, NOW_MS) == []


def test_who_waits_for_a_guild_holds_up_nobody_else(postgres_url: str) -> None:
    """Somebody at long work on one guild, such as a rebuild of its rollups."""
    database = Database(postgres_url)
    ingest = GroupIngest(database)
    ingest.run([violation(GUILD, NOW_MS)], NOW_MS)
    with ThreadPoolExecutor(2) as pool:
        with database.write() as connection:
            lock_guilds(connection, [GUILD])
            held_up = pool.submit(ingest.run, [violation(GUILD, NOW_MS)], NOW_MS)
            for _ in range(3):
                other = pool.submit(ingest.run, [violation(GUILD + 1, NOW_MS)], NOW_MS)
                assert other.result(30).accepted == 1
            assert not held_up.done()
        assert held_up.result(30).accepted == 1
    assert verify(database, None, NOW_MS) == []
    database.close()


def test_a_database_that_is_away_is_away_for_all(postgres_url: str) -> None:
    database = Database(postgres_url)

    def cut() -> None:
        with database.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )

    others = [[violation(GUILD, NOW_MS)], [violation(GUILD, NOW_MS)]]
    first, *rest = Busy(database).run([violation(GUILD, NOW_MS)], others, cut)
    with pytest.raises(OperationalError):
        first.result()
    # These came to a new connection.
    assert [one.result().accepted for one in rest] == [1, 1]
    assert verify(database, None, NOW_MS) == []
    database.close()
