"""Long work: done once, however long it takes, whoever is killed, however often it is asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from adapters.database import Database
from domain.long_work import MOST_ATTEMPTS
from models.work import long as stored
from services.container import system_clock
from services.work.lease import Lease
from services.work.run import Handler, LongWorker
from tests.parts import GUILD, OTHER_GUILD, Clock, until

ROOT = Path(__file__).resolve().parent.parent.parent
KIND = "test"
LEASE_MS = 900
HOUR_MS = 3_600_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def ask(database: Database, *guild_ids: int, subject: str = "", now_ms: int = 0) -> list[bool]:
    with database.write() as connection:
        return [stored.ask(connection, id, KIND, subject, now_ms) for id in guild_ids]


def states(database: Database) -> list[tuple[str, int]]:
    with database.read() as connection:
        return [(row.state, row.attempts) for row in stored.newest(connection, 100)]


def worker(
    database: Database,
    handler: Handler,
    clock: Callable[[], int] = system_clock,
    lease_ms: int = LEASE_MS,
) -> LongWorker:
    """One whose lease is short, so that work outlasts it many times."""
    return LongWorker(
        database=database,
        clock=clock,
        handlers={KIND: handler},
        lease_ms=lease_ms,
        renew_every_seconds=0.02,
    )


def test_work_that_outlasts_its_lease_many_times_is_done_once(database: Database) -> None:
    """Four processes' worth of workers look for it all the while.

    Time goes on as the lease is renewed, two thirds of one at a time: a machine that is too busy to
    renew it in time has more of it.
    """
    ask(database, GUILD)
    clock, began, may_end, over = Clock(0), [], Event(), Event()

    def handler(lease: Lease) -> None:
        began.append(lease.piece.claim)
        assert may_end.wait(60)

    def look() -> None:
        while not over.is_set():
            worker(database, handler, clock).run_due()

    def go_on() -> bool:
        with database.read() as connection:
            (row,) = stored.newest(connection, 1)
        if row.claimed_until_ms >= clock() + LEASE_MS:
            clock.advance(LEASE_MS * 2 // 3)
        return clock() > 5 * LEASE_MS

    lookers = [Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    until(go_on, 60, "five leases to pass")
    may_end.set()
    until(lambda: states(database) == [("done", 1)], 60, "its end")
    over.set()
    for looker in lookers:
        looker.join()
    assert len(began) == 1


def test_a_guild_has_one_piece_under_way(database: Database) -> None:
    ask(database, GUILD, OTHER_GUILD)
    ask(database, GUILD, subject="another")
    with database.write() as connection:
        first = [stored.claim_next(connection, 10, 100) for _ in range(3)]
    assert sorted(piece.guild_id for piece in first if piece) == [GUILD, OTHER_GUILD]


def test_the_same_asked_for_twice_is_queued_once(database: Database) -> None:
    assert ask(database, GUILD, GUILD, OTHER_GUILD) == [True, False, True]
    worker(database, lambda lease: None).run_due()
    assert ask(database, GUILD) == [True]  # that is over: new work


def test_what_fails_is_tried_again_later_and_then_given_up(database: Database) -> None:
    clock = Clock()
    ask(database, GUILD, now_ms=clock())

    def fails(lease: Lease) -> None:
        raise ValueError("no such thing")

    failing = worker(database, fails, clock)
    for attempt in range(1, MOST_ATTEMPTS):
        failing.run_due()
        failing.run_due()  # not due yet
        assert states(database) == [("queued", attempt)]
        clock.advance(10 * 60_000)
    failing.run_due()
    with database.read() as connection:
        (row,) = stored.newest(connection, 1)
    assert (row.state, row.error) == ("failed", "ValueError: no such thing")


def test_one_that_fails_keeps_no_other_from_being_done(database: Database) -> None:
    ask(database, GUILD, OTHER_GUILD)

    def handler(lease: Lease) -> None:
        assert lease.piece.guild_id != GUILD

    assert worker(database, handler).run_due() == 1
    assert sorted(states(database)) == [("done", 1), ("queued", 1)]


def test_who_lost_the_lease_changes_nothing(database: Database) -> None:
    clock = Clock()
    ask(database, GUILD)

    def done_elsewhere() -> bool:
        """Looked for again: while the first renews its lease, the row is passed over."""
        with database.write() as connection:
            other = stored.claim_next(connection, clock(), clock() + 900)
            return other is not None and stored.finish(connection, other, clock())

    def slow(lease: Lease) -> None:
        clock.advance(120_000)
        until(done_elsewhere, 60, "another process that does it")

    assert worker(database, slow, clock, lease_ms=3_600_000).run_due() == 0
    assert states(database) == [("done", 2)]


def test_a_stopped_worker_gives_its_work_back(database: Database) -> None:
    ask(database, GUILD)

    def stops(lease: Lease) -> None:
        lease.stop.set()
        lease.check()

    assert worker(database, stops).run_due() == 0
    assert states(database) == [("queued", 0)]


def test_what_kills_every_process_is_given_up(database: Database) -> None:
    clock = Clock()
    ask(database, GUILD)
    for _ in range(MOST_ATTEMPTS):
        with database.write() as connection:
            assert stored.claim_next(connection, clock(), clock() + 900)
        clock.advance(120_000)
    assert worker(database, lambda lease: None, clock).run_due() == 0
    assert states(database) == [("failed", MOST_ATTEMPTS)]


def test_what_another_release_knows_waits_for_it(database: Database) -> None:
    """Neither tried nor given up, and it keeps nothing else from being done."""
    with database.write() as connection:
        stored.ask(connection, OTHER_GUILD, "of a later release", "", 0)
    ask(database, GUILD)
    assert worker(database, lambda lease: None, Clock()).run_due() == 1
    assert sorted(states(database)) == [("done", 1), ("queued", 0)]
    ends = "UPDATE long_work SET claimed_until_ms = 0 WHERE claim IS NOT NULL"
    with database.write() as connection:  # by a process of that release, which is killed
        for _ in range(MOST_ATTEMPTS):
            assert stored.claim_next(connection, 10, 20)
            connection.exec_driver_sql(ends)
    assert worker(database, lambda lease: None, Clock()).run_due() == 0
    assert sorted(states(database)) == [("done", 1), ("running", MOST_ATTEMPTS)]


def test_guilds_take_turns(database: Database) -> None:
    """Who asked for much lets in between who asked later for one thing."""
    clock, done = Clock(), []
    with database.write() as connection:
        for number in range(4):
            stored.ask(connection, GUILD, KIND, str(number), number)

    def handler(lease: Lease) -> None:
        clock.advance(1_000)
        done.append((lease.piece.guild_id, lease.piece.subject))
        if len(done) == 1:
            ask(database, OTHER_GUILD, now_ms=clock())
            ask(database, OTHER_GUILD, subject="second", now_ms=clock())

    assert worker(database, handler, clock).run_due() == 6
    guilds = [guild_id for guild_id, _ in done]
    assert guilds == [GUILD, OTHER_GUILD, GUILD, OTHER_GUILD, GUILD, GUILD]
    assert [subject for guild_id, subject in done if guild_id == GUILD] == ["0", "1", "2", "3"]


def test_a_backup_waits_for_no_guild(database: Database) -> None:
    """However much they asked for, and how long ago."""
    done: list[int] = []
    ask(database, GUILD, OTHER_GUILD)
    ask(database, stored.NO_GUILD, now_ms=5)
    worker(database, lambda lease: done.append(lease.piece.guild_id), Clock()).run_due()
    assert done[0] == stored.NO_GUILD


@pytest.mark.faults
def test_a_killed_process_is_followed_by_another(database_url: str, tmp_path: Path) -> None:
    """A real one, by SIGKILL in the middle; until the lease ends nobody touches its work.

    Its lease is an hour that nobody waits for: the other's clock is set on.
    """
    command = [sys.executable, "-c", _WAITS_FOR_EVER, database_url, str(tmp_path / "began")]
    database = Database(database_url)
    ask(database, GUILD)
    clock = Clock(system_clock())
    next_one = worker(database, lambda lease: None, clock, lease_ms=2 * HOUR_MS)
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        until((tmp_path / "began").exists, 60, "its beginning")
        assert next_one.run_due() == 0
    finally:
        process.kill()
        process.wait()
    assert next_one.run_due() == 0
    clock.advance(2 * HOUR_MS)
    assert next_one.run_due() == 1
    assert states(database) == [("done", 2)]
    database.close()


_WAITS_FOR_EVER = """
import sys, time
from pathlib import Path
from adapters.database import Database
from services.container import system_clock
from services.work.run import LongWorker
def handler(lease):
    Path(sys.argv[2]).touch()
    time.sleep(600)
LongWorker(
    database=Database(sys.argv[1]), clock=system_clock, handlers={"test": handler},
    lease_ms=3_600_000,
).run_due()
"""
