"""Writers of SQLite wait for each other in Python, in order, and not for ever."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from subprocess import PIPE, Popen
from threading import Event

import pytest
from sqlalchemy import make_url, text

from adapters import sqlite
from adapters.database import Database
from adapters.sqlite import BusyError, WriteAheadLog, WriterTurns
from tests.parts import until


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    opened.ping()  # the first to open the file gives it its log
    yield opened
    opened.close()


@pytest.fixture
def other(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """Another program."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0)) as opened:
        yield opened


def test_a_writer_gives_up_in_the_end(database: Database, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError), database.write(0.05):
        pytest.fail("somebody else writes")
    database.ping()
    other.rollback()
    with database.write(0.05) as connection:
        connection.execute(text("DELETE FROM guilds"))


def test_a_writer_begins_when_the_other_ends(database: Database, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_write, database)
        database.ping()
        other.rollback()
        waiting.result()


def test_those_who_wait_hold_no_connection(sqlite_url: str) -> None:
    with closing(Database(sqlite_url, pool_size=1)) as database, ThreadPoolExecutor(9) as pool:
        with database.write():
            waiting = [pool.submit(_write, database) for _ in range(9)]
            until(lambda: len(database._turns._waiting) == 9, 60, "nine who wait")
            database.ping()
        for one in waiting:
            one.result()


def test_turns_come_in_order() -> None:
    turns, came = WriterTurns(), []
    release = Event()

    def take(number: int) -> None:
        with turns.taken(time.monotonic() + 60):
            came.append(number)
            release.wait(60)

    with ThreadPoolExecutor(6) as pool:
        for number in range(6):
            pool.submit(take, number)
            until(lambda: len(came) + len(turns._waiting) == number + 1, 60, "its place")  # noqa: B023
        release.set()
    assert came == list(range(6))


def test_a_turn_not_waited_for_is_passed_on() -> None:
    turns = WriterTurns()
    with turns.taken(time.monotonic()):
        with pytest.raises(BusyError), turns.taken(time.monotonic() + 0.01):
            pytest.fail("it is taken")
        assert not turns._waiting
    with turns.taken(time.monotonic()):
        pass


def test_the_log_is_emptied_though_one_read_overlaps_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 1_000_000
    monkeypatch.setattr("adapters.database.LONG_LOG_BYTES", limit)
    log, has_ended = WriteAheadLog(database.url), Event()

    def read_for_ever() -> None:
        with ExitStack() as before:
            before.enter_context(database.read())
            while not has_ended.wait(0.01):
                after = ExitStack()
                after.enter_context(database.read())
                before.close()
                before = after  # noqa: PLW2901
            before.close()

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_for_ever)
        try:
            while log.bytes() <= 3 * limit:
                _write_much(database)
            database.keep_log_short()
            assert log.bytes() == 0
        finally:
            has_ended.set()
        reading.result()


def test_while_somebody_reads_for_long_writers_are_held_off_ever_more_seldom(
    database: Database,
) -> None:
    """The reader is a process of its own, as an export is."""
    now_seconds = [1_000.0]
    log = CountedLog(database.url, timer=lambda: now_seconds[0])
    _write_much(database)
    with _reading_elsewhere(database):
        _write_much(database)
        for second in range(200):
            now_seconds[0] = 1_000.0 + second
            log.shorten_now_and_then(wait_seconds=0.001)
        assert log.tried_at == [1_000, 1_004, 1_012, 1_028, 1_060, 1_120, 1_180]
        assert log.bytes() > 0
    now_seconds[0] = 1_240
    log.shorten_now_and_then(wait_seconds=10)
    assert log.bytes() == 0
    log.shorten_now_and_then(wait_seconds=10)
    assert log.tried_at[-2:] == [1_240, 1_240]  # it was not in vain: nothing is waited for


def test_where_nobody_is_held_off_it_is_tried_each_time(database: Database) -> None:
    log = CountedLog(database.url, timer=lambda: 1_000.0)
    _write_much(database)
    with _reading_elsewhere(database):
        _write_much(database)
        for _ in range(3):
            log.shorten_now_and_then(wait_seconds=0)
    assert len(log.tried_at) == 3


class CountedLog(WriteAheadLog):
    """One that says when it was tried to empty it."""

    def __init__(self, url: str, timer: Callable[[], float]) -> None:
        super().__init__(url, timer)
        self.tried_at: list[float] = []

    def shorten(self, wait_seconds: float) -> bool:
        self.tried_at.append(self._timer())
        return super().shorten(wait_seconds)


_READ = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM much").fetchone()
print("reads", flush=True)
sys.stdin.read()
"""


@contextmanager
def _reading_elsewhere(database: Database) -> Iterator[None]:
    command = [sys.executable, "-S", "-c", _READ, str(make_url(database.url).database)]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reads\n"
        yield
        reader.stdin.close()


def test_a_short_log_is_left_alone(database: Database) -> None:
    _write_much(database)
    before = WriteAheadLog(database.url).bytes()
    database.keep_log_short()
    assert WriteAheadLog(database.url).bytes() == before > 0


def _write_much(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS much (words TEXT)"))
        connection.execute(text("DELETE FROM much"))
        connection.execute(text("INSERT INTO much VALUES (:words)"), {"words": "x" * 400_000})


def _write(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("DELETE FROM guilds"))


def test_where_requests_share_a_thread_long_statements_give_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[str] = []
    monkeypatch.setattr(sqlite, "let_others_run", lambda: turns.append("turn"))
    count_rows(database)
    assert not turns
    database.serve_requests()
    assert count_rows(database) == 100_000
    assert len(turns) > 10


def count_rows(database: Database) -> int:
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
    with database.read() as connection:
        return connection.scalar(text(f"{rows} SELECT count(*) FROM n")) or 0
