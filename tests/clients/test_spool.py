"""The spool: whatever is appended, let go of and interrupted, it holds what was not let go of."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from modwatch_client import SpoolError, SpoolFull
from modwatch_client.message_counter import entries_of
from modwatch_client.open_minutes import Minute
from modwatch_client.sender_lock import SenderLock
from modwatch_client.spool import LONGEST_HOLD_MS, Spool
from modwatch_client.spool_file import Entry, Waiting, now_ms


def entry(body: bytes = b"{}", slot: str | None = None, due_ms: int = 0) -> Entry:
    return Entry(guild_id="1", id=str(uuid4()), body=body, slot=slot, due_ms=due_ms)


def in_order(spool: Spool) -> list[str]:
    return [one.id for one in spool.head(100_000, 2**40)]


class SpoolMachine(RuleBasedStateMachine):
    """Against a list. A crash is what SIGKILL leaves: the files as they are, nothing closed."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="modwatch-spool-"))
        self.spool = Spool(self.folder / "0.db")
        self.crashes = 0
        self.expected: list[tuple[str, str | None]] = []
        self.batch: list[Waiting] = []
        self.dead: list[str] = []
        self.messages = 0

    @rule(slots=st.lists(st.sampled_from([None, None, "a", "b"]), max_size=4))
    def append(self, slots: list[str | None]) -> None:
        entries = [entry(b'{"n":%d}' % len(self.expected), slot) for slot in slots]
        self.spool.append(entries)
        for one in entries:
            if one.slot is not None:
                self.expected = [kept for kept in self.expected if kept[1] != one.slot]
            self.expected.append((one.id, one.slot))

    @rule(data=st.data())
    def append_again(self, data: st.DataObject) -> None:
        """An event that waits already, by its id."""
        plain = [id for id, slot in self.expected if slot is None]
        if plain:
            self.spool.append([Entry("1", data.draw(st.sampled_from(plain)), b"{}")])

    @rule(limit=st.integers(1, 4), size=st.integers(1, 40))
    def take(self, limit: int, size: int) -> None:
        """What a sender reads, and then is not answered for a while, or ever."""
        self.batch = self.spool.head(limit, size)
        assert len(self.batch) <= limit
        assert [one.id for one in self.batch] == [id for id, _ in self.expected[: len(self.batch)]]
        assert bool(self.batch) == bool(self.expected)

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        places = st.sets(st.integers(0, len(self.batch) - 1)) if self.batch else st.just(set())
        rejected = data.draw(places)
        letters = self.spool.settle(self.batch, {place: {"x": ["no"]} for place in rejected})
        assert [one.id for one in letters] == [self.batch[place].id for place in sorted(rejected)]
        self.dead += [one.id for one in letters]
        gone = {one.id for one in self.batch}
        self.expected = [kept for kept in self.expected if kept[0] not in gone]
        self.batch = []

    @rule(messages=st.integers(1, 5))
    def count(self, messages: int) -> None:
        self.spool.minutes.add({("1", 10): Minute(messages)})
        self.messages += messages

    @rule()
    def close_minutes(self) -> None:
        made: list[Entry] = []

        def entries(guild_id: str, minute: int, counted: Minute) -> list[Entry]:
            assert counted.messages == self.messages
            made.extend(entries_of(guild_id, minute, counted))
            return made

        assert self.spool.minutes.close(11, entries) == (1 if self.messages else 0)
        self.expected += [(one.id, None) for one in made]
        self.messages = 0

    @rule(torn=st.binary(max_size=5000))
    def crash(self, torn: bytes) -> None:
        """The next process finds the files, and a frame that was cut while being written."""
        self.crashes += 1
        before, after = self.spool.path, self.folder / f"{self.crashes}.db"
        for suffix in ("", "-wal"):
            shutil.copy(f"{before}{suffix}", f"{after}{suffix}")
        with Path(f"{after}-wal").open("ab") as log:
            log.write(torn)
        self.spool.close()
        self.spool = Spool(after)
        self.batch = []

    @invariant()
    def holds_what_was_not_let_go_of(self) -> None:
        if hasattr(self, "spool"):
            assert in_order(self.spool) == [id for id, _ in self.expected]
            assert self.spool.waiting()[0] == len(self.expected)
            assert [one.id for one in self.spool.dead_letters.all()] == self.dead
            assert self.spool.minutes.number() == (1 if self.messages else 0)

    def teardown(self) -> None:
        if hasattr(self, "spool"):
            self.spool.close()
            shutil.rmtree(self.folder)


SpoolMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
TestSpool = SpoolMachine.TestCase


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.db", maximum_bytes=1000, maximum_dead_letters=3)


def test_full_means_all_or_none(spool: Spool) -> None:
    spool.append([entry(b"x" * 600)])
    with pytest.raises(SpoolFull, match="at most 1000 bytes"):
        spool.append([entry(b"x" * 300), entry(b"x" * 300)])
    assert spool.waiting() == (1, 600)
    spool.append([entry(b"x" * 400)])
    assert spool.waiting() == (2, 1000)


def test_a_full_spool_keeps_what_messages_were_counted(spool: Spool) -> None:
    spool.minutes.add({("1", 10): Minute(5)})
    spool.append([entry(b"x" * 1000)])
    with pytest.raises(SpoolFull):
        spool.minutes.close(11, entries_of)
    spool.minutes.add({("1", 10): Minute(2)})
    spool.settle(spool.head(1, 2000), {})
    assert spool.minutes.close(11, entries_of) == 1
    [one] = spool.head(9, 2000)
    assert b'"count":7' in one.body


def test_more_messages_than_an_event_may_say() -> None:
    entries = entries_of("1", 10, Minute(2_500_000, 100, 10))
    assert [one.body.count(b'"count":1000000') for one in entries] == [1, 1, 0]
    assert [b"response_time" in one.body for one in entries] == [True, False, False]


def test_only_the_newest_dead_letters_are_kept(spool: Spool) -> None:
    for _ in range(3):
        spool.append([entry(), entry()])
        spool.settle(spool.head(2, 100), {0: {}, 1: {}})
    assert [one.seq for one in spool.dead_letters.all()] == [4, 5, 6]


def test_a_heartbeat_takes_the_place_of_the_one_before(spool: Spool) -> None:
    for n in range(100):
        spool.append([entry(b'{"n":%02d}' % n, slot="heartbeat:1:0")])
    assert spool.waiting() == (1, 8)
    assert spool.head(9, 100)[0].body == b'{"n":99}'


def test_what_is_replaced_on_its_way_is_sent_as_well(spool: Spool) -> None:
    """Its batch may have arrived or not: nobody knows yet."""
    first, second = entry(slot="a"), entry(slot="a")
    spool.append([first])
    under_way = spool.head(9, 100)
    spool.append([second])
    spool.settle(under_way, {})
    assert in_order(spool) == [second.id]


def test_held_back_until_due_or_released(spool: Spool) -> None:
    due_ms = now_ms() + LONGEST_HOLD_MS
    spool.append([held := entry(due_ms=due_ms), now := entry()])
    assert in_order(spool) == [now.id]
    assert spool.next_due_ms() == due_ms
    spool.release()
    assert in_order(spool) == [held.id, now.id]
    assert spool.next_due_ms() is None


def test_a_clock_set_back_holds_nothing_back_for_long(spool: Spool) -> None:
    spool.append([held := entry(due_ms=now_ms() + 3_600_000)])
    assert in_order(spool) == [held.id]


def test_two_on_one_file(spool: Spool) -> None:
    other = Spool(spool.path)
    spool.append([one := entry()])
    other.append([two := entry()])
    assert in_order(spool) == in_order(other) == [one.id, two.id]
    first, second = SenderLock(spool.path), SenderLock(spool.path)
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
    other.close()


def test_only_the_bot_may_read_it(spool: Spool) -> None:
    spool.append([entry()])
    for suffix in ("", "-wal"):
        assert Path(f"{spool.path}{suffix}").stat().st_mode & 0o777 == 0o600


def test_space_is_given_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append([entry(b"x" * 4000) for _ in range(2000)])
    while batch := spool.head(500, 2**30):
        spool.settle(batch, {})
    spool.close()
    assert spool.path.stat().st_size < 200_000


@pytest.mark.parametrize(
    "content", [b"this is not a database, but it is long enough to be one" * 9]
)
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(content)
    with pytest.raises(SpoolError, match=r"spool\.db cannot be opened: file is not a database"):
        Spool(path)
    assert path.read_bytes() == content


def test_a_newer_format_is_refused(spool: Spool) -> None:
    spool.close()
    with sqlite3.connect(spool.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SpoolError, match="newer version"):
        Spool(spool.path)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolError, match="cannot be opened"):
        Spool(tmp_path / "file" / "spool.db")
