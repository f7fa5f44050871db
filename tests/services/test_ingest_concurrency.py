"""Several requests at once: each event counts once, nobody waits for ever, nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from adapters.database import Database
from models.snapshots.dirty import Mark, mark_dirty
from models.snapshots.dirty_claims import claim_dirty, finish_dirty, release_dirty
from services.ingest.store import Ingested, ingest_events
from services.operations.rollups import rebuild, verify
from services.snapshots.materialise import materialise_dirty
from tests.parts import until
from tests.services import stored
from tests.services.events import one_of_each, user, violation
from tests.services.histories import NOW_MS

T = TypeVar("T")
GUILDS = list(range(10**17, 10**17 + 6))


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Run all of `calls` in threads that start together; raises what any of them raises."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result() for done in [pool.submit(run, call) for call in calls]]


def _ingest(database: Database, events: Sequence[Any]) -> Callable[[], Ingested]:
    return lambda: ingest_events(database, events, NOW_MS)


def test_same_events_at_the_same_time_count_once(database: Database) -> None:
    events = [event for guild_id in GUILDS for event in one_of_each(guild_id, NOW_MS)]
    turned = list(reversed(events))
    for _ in range(5):
        answers = at_once([_ingest(database, batch) for batch in (events, turned, events, turned)])
        assert sum(answer.accepted + answer.duplicates for answer in answers) == 4 * len(events)
        assert sum(answer.accepted for answer in answers) in (0, len(events))
    assert len(stored.rows(database, "ingested_events", GUILDS)) == len(events)
    assert len(stored.rows(database, "violations", GUILDS)) == len(GUILDS)
    assert verify(database, None, NOW_MS) == []


def test_overlapping_guilds_and_users_do_not_deadlock(database: Database) -> None:
    chance = random.Random(1)
    plans: list[list[list[Any]]] = []
    for _ in range(4):
        plans.append([])
        for _ in range(12):
            guilds = chance.sample(GUILDS, 4)
            hits = [violation(id, NOW_MS - chance.randrange(10**7)) for id in guilds]
            names = [
                user(id, NOW_MS, chance.randrange(1, 5), chance.choice("abc")) for id in guilds
            ]
            plans[-1].append(chance.sample(hits + names, 8))

    def send(plan: list[list[Any]]) -> int:
        return sum(ingest_events(database, batch, NOW_MS).accepted for batch in plan)

    def work() -> int:
        return sum(materialise_dirty(database, stored.no_cache(), lambda: NOW_MS) for _ in plans)

    def repair() -> int:
        return sum(rebuild(database, GUILDS, NOW_MS) for _ in range(3))

    at_once([*(lambda plan=plan: send(plan) for plan in plans), work, work, repair])
    sent = sum(len(batch) for plan in plans for batch in plan)
    assert len(stored.rows(database, "ingested_events", GUILDS)) == sent
    assert verify(database, None, NOW_MS) == []
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    assert stored.rows(database, "dirty_guilds", GUILDS) == []


@pytest.mark.parametrize("settle", ["finish", "release"])
def test_settling_a_claim_never_waits_crosswise_with_ingest(postgres_url: str, settle: str) -> None:
    """Ingest marks guild 1, then guild 2, while the claim of both is settled."""
    database, claim = Database(postgres_url), uuid4()
    with database.write() as connection:
        # The later guild lies first in the table: an unordered statement meets it first.
        mark_dirty(connection, [Mark(2, NOW_MS)])
        mark_dirty(connection, [Mark(1, NOW_MS)])
        claimed = claim_dirty(connection, claim, NOW_MS, 60_000, 10)

    def settle_claim() -> None:
        with database.write() as connection:
            if settle == "finish":
                finish_dirty(connection, claim, claimed, NOW_MS)
            else:
                release_dirty(connection, claim)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            mark_dirty(connection, [Mark(1, NOW_MS)])
            settled = pool.submit(settle_claim)
            _wait_until_blocked(database)
            mark_dirty(connection, [Mark(2, NOW_MS)])
        settled.result()
    revisions = {row[0]: row[1] for row in stored.rows(database, "dirty_guilds", [1, 2])}
    assert revisions == {1: 2, 2: 2}
    database.close()


def _wait_until_blocked(database: Database) -> None:
    """Return as soon as some transaction waits for another one's lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    def is_blocked() -> bool:
        with database.write() as connection:
            return bool(connection.exec_driver_sql(waiting).scalar_one())

    until(is_blocked, 60, "a transaction that waits for another's lock")
