"""Bots killed at the worst moments: on the server every event is there, and each counted once."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modwatch_client.spool_place import spool_path
from tests.clients.bot_process import Task, id_of
from tests.clients.bots import bot
from tests.clients.modwatch import Modwatch, running
from tests.parts import until
from tests.servers.scratch import scratch_folder

pytestmark = pytest.mark.faults
NOBODY = "http://127.0.0.1:9"
EVENTS = 2500


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Iterator[Modwatch]:
    """The real server, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("modwatch")
        return
    url = request.getfixturevalue("postgres_url")
    with scratch_folder("clients") as folder, running(folder, url) as started:
        yield started


def expected(guild_id: int, events: int) -> Counter[str]:
    return Counter(str(id_of(guild_id, number)) for number in range(events))


def test_killed_without_a_server_and_then_while_sending(
    either: Modwatch, guild_id: int, tmp_path: Path
) -> None:
    """What `send` had returned for is never sent anew by the bot: the spool must have it."""
    spool = str(tmp_path / "spool.db")
    task = Task(
        url=NOBODY,
        token=either.token(),
        spool=spool,
        guild_id=guild_id,
        first=0,
        last=EVENTS,
        messages=700,
    )
    with bot(task) as first:
        first.read_until(sent=1500)
        first.kill()
    assert either.violations(guild_id) == {}
    task = replace(task, url=either.url, messages=0)
    with bot(replace(task, first=first.said["sent"])) as second:
        until(lambda: len(either.violations(guild_id)) > 200, 60, "events on the server")
        second.kill()
    with bot(replace(task, first=second.said["sent"])) as third:
        assert third.finish() == 0, third.errors
    assert (third.said["done"], third.said["waiting"]) == (True, 0)
    assert either.violations(guild_id) == expected(guild_id, EVENTS)
    assert either.messages(guild_id) == 700


def test_killed_between_the_answer_and_letting_go(
    modwatch: Modwatch, guild_id: int, tmp_path: Path
) -> None:
    task = Task(
        url=modwatch.url,
        token=modwatch.token(),
        spool=str(tmp_path / "spool.db"),
        guild_id=guild_id,
        first=0,
        last=100,
        at_once=100,
    )
    with bot(replace(task, die_before_letting_go=True)) as killed:
        assert killed.finish() == -signal.SIGKILL
    assert modwatch.violations(guild_id) == expected(guild_id, 100)
    with bot(replace(task, first=100)) as again:
        assert again.finish() == 0, again.errors
    counts = [again.said[name] for name in ("accepted", "duplicates", "waiting")]
    assert counts == [0, 100, 0]
    assert modwatch.violations(guild_id) == expected(guild_id, 100)


def test_two_processes_on_one_spool(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> None:
    """The one that sends is killed, and the other goes on with what both have made."""
    spool = str(tmp_path / "spool.db")
    task = Task(
        url=modwatch.url,
        token=modwatch.token(),
        spool=spool,
        guild_id=guild_id,
        first=0,
        last=400,
        at_once=5,
    )
    with bot(task) as one, bot(replace(task, first=400, last=800)) as other:
        one.read_until(sent=100)
        one.kill()
        assert other.finish() == 0, other.errors
    with bot(replace(task, first=one.said["sent"])) as again:
        assert again.finish() == 0, again.errors
    assert modwatch.violations(guild_id) == expected(guild_id, 800)


def test_memory_does_not_grow_with_the_spool(tmp_path: Path, guild_id: int) -> None:
    """16 MB of events with nobody to take them."""
    spool = str(tmp_path / "spool.db")
    large = "\U0001f600" * 1000
    task = Task(
        url=NOBODY,
        token="mwb_x",
        spool=spool,
        guild_id=guild_id,
        first=0,
        last=4500,
        at_once=500,
        reason=large,
        flush=False,
    )
    with bot(task) as one:
        one.read_until(sent=500)
        before_kib = one.said["peak_kib"]
        assert one.finish() == 0, one.errors
    assert one.said["waiting"] == 4500
    assert one.said["peak_kib"] - before_kib < 8 * 1024


def test_a_full_disk_is_a_clear_error(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> None:
    """The system refuses to make the file larger; what was there before is intact."""
    spool = str(tmp_path / "spool.db")
    task = Task(
        url=NOBODY,
        token=modwatch.token(),
        spool=spool,
        guild_id=guild_id,
        first=0,
        last=5000,
        file_bytes=400_000,
        flush=False,
    )
    with bot(task) as full:
        assert full.finish() == 1
    sent = full.said["sent"]
    assert 0 < sent < 5000
    own = spool_path(Path(spool), task.token)
    assert f"SpoolError: the spool {own} cannot be written: " in full.errors
    with bot(
        replace(task, url=modwatch.url, first=sent, last=sent, file_bytes=0, flush=True)
    ) as ok:
        assert ok.finish() == 0, ok.errors
    assert modwatch.violations(guild_id) == expected(guild_id, sent)
