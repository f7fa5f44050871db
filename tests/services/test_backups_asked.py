"""When a copy is asked for and by whom it is made; what health and metrics say of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.long_work import LEASE_MS
from models.work.long import claim_next, fail, is_due, newest, note_done
from services.backups.dumps import MARK
from services.backups.keeper import CREATE, REHEARSE, ask_due, left_to_others
from services.operations.health import health_report
from services.operations.measures import measures
from services.operations.other_disks import backup_disk, other_disks
from services.work.kinds import long_worker
from tests.other_user import as_nobody_special
from tests.parts import NOW_MS, Web, make_web, settings_for
from tests.services.copies import bring, kept_of


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path, BACKUP_DIR=str(tmp_path / "backups")))
    yield made
    made.parts.close()


def test_beat_has_them_made_and_rehearsed(web: Web) -> None:
    bring(web.parts)
    assert health(web)[0] == "degraded"
    before = {one.name: one.values for one in measures(web.parts)}
    assert before["modwatch_backups_set_up"] == {"": 1}
    assert "modwatch_backup_last_good_timestamp_seconds" not in before
    ask_due(web.parts)
    ask_due(web.parts)
    assert waiting(web) == [CREATE]
    assert long_worker(web.parts, Event()).run_due() == 1
    ask_due(web.parts)
    assert waiting(web) == [REHEARSE]
    assert long_worker(web.parts, Event()).run_due() == 1
    ask_due(web.parts)
    assert waiting(web) == []
    assert health(web)[0] == "healthy"
    told = {one.name: one.values for one in measures(web.parts)}
    for name in ("modwatch_backup_last_good", "modwatch_rehearsal_last_good"):
        assert told[f"{name}_timestamp_seconds"] == {"": web.clock() / 1000}
    web.clock.advance(3 * 3_600_000)
    assert health(web)[0] == "degraded"
    ask_due(web.parts)
    assert waiting(web) == [CREATE]


def test_one_that_fails_is_asked_for_later_each_time(web: Web) -> None:
    """Beat looks every 30 s, and a try of pgBackRest may read the whole database."""
    begun, failed = web.clock(), list[int]()
    while web.clock() < begun + 4 * 3_600_000:
        ask_due(web.parts)
        with web.parts.database.write() as connection:
            failed += fail_at_once(connection, web.clock())
        web.clock.advance(60_000)
    apart = [(later - earlier) // 60_000 for earlier, later in pairwise(failed)]
    assert apart == [5, 10, 20, 40, 60, 60]
    # Whoever wants it sooner asks for it: `backup create` at once. Then all is as before.
    with web.parts.database.write() as connection:
        note_done(connection, CREATE, web.clock())
        note_done(connection, REHEARSE, web.clock())
    ask_due(web.parts)
    assert waiting(web) == []
    web.clock.advance(3_600_000)
    ask_due(web.parts)
    assert waiting(web) == [CREATE]


def test_failures_of_a_clock_that_was_ahead_hold_up_nothing(web: Web) -> None:
    ask_due(web.parts)
    with web.parts.database.write() as connection:
        fail_at_once(connection, web.clock() + 86_400_000)
        note_done(connection, CREATE, web.clock() + 86_400_000)
    ask_due(web.parts)
    assert CREATE in waiting(web)


def fail_at_once(connection: Connection, now_ms: int) -> list[int]:
    """What waits for a process: each is given up for good. When that was."""
    ended = list[int]()
    while piece := claim_next(connection, now_ms, now_ms + LEASE_MS):
        assert fail(connection, piece, "no room", None, now_ms)
        ended.append(now_ms)
    return ended


def waiting(web: Web) -> list[str]:
    with web.parts.database.read() as connection:
        return sorted(row.kind for row in newest(connection, 99) if row.state == "queued")


def test_a_process_for_other_kinds_leaves_a_backup_to_who_makes_them(web: Web) -> None:
    bring(web.parts)
    ask_due(web.parts)
    assert long_worker(web.parts, Event(), [REHEARSE]).run_due() == 0
    with web.parts.database.read() as connection:
        assert is_due(connection, web.clock(), web.clock())
        assert not is_due(connection, web.clock(), web.clock(), [REHEARSE])
    assert long_worker(web.parts, Event(), [CREATE, REHEARSE]).run_due() == 1


def test_who_may_not_read_the_file_of_pgbackrest_leaves_backups_to_others(tmp_path: Path) -> None:
    config = tmp_path / "pgbackrest.conf"
    url = "postgresql://modwatch@127.0.0.1/modwatch"
    settings = settings_for(url, tmp_path, BACKUP_PGBACKREST=str(config))
    assert left_to_others(settings) == (), "on another host: pgBackRest says that it lacks it"
    config.touch(mode=0o000)
    with as_nobody_special():
        assert left_to_others(settings) == (CREATE, REHEARSE)
    config.chmod(0o644)
    assert left_to_others(settings) == ()


def health(web: Web) -> tuple[str, str]:
    check = health_report(web.parts).checks["backups"]
    return check.status, check.message


def test_room_for_the_next_is_told_once_there_is_a_place(web: Web) -> None:
    assert list(backup_disk(web.parts)) == [], "the folder comes with the first"
    made = kept_of(web).create(web.clock())
    told = {one.name: one.values[""] for one in backup_disk(web.parts)}
    assert told["modwatch_backup_copy_bytes"] == kept_of(web).database.stat().st_size
    assert made.size_bytes < told["modwatch_backup_disk_free_bytes"]


def test_disks_of_other_folders_are_told(sqlite_url: str, tmp_path: Path) -> None:
    there, gone = tmp_path, tmp_path / "gone"
    made = make_web(settings_for(sqlite_url, tmp_path, WATCHED_FOLDERS=f"{there},{gone}"))
    (told,) = other_disks(made.parts)
    made.parts.close()
    assert 0 < told.values[str(there)] <= 1
    assert told.values[str(gone)] == 0, "it cannot be read, and somebody has to look"


def test_dumps_that_others_make_are_told_and_missed(sqlite_url: str, tmp_path: Path) -> None:
    made = make_web(settings_for(sqlite_url, tmp_path))
    name = "modwatch_dump_last_good_timestamp_seconds"
    assert name not in {one.name for one in measures(made.parts)}
    seconds = NOW_MS // 1000
    (tmp_path / MARK).touch()
    os.utime(tmp_path / MARK, (seconds, seconds))
    assert {one.name: one.values for one in measures(made.parts)}[name] == {"": seconds}
    assert health(made) == ("healthy", f"the last dump is of {rfc3339(seconds * 1000)}")
    made.clock.advance(73 * 3_600_000)
    assert health(made) == ("degraded", f"the last dump is of {rfc3339(seconds * 1000)}")
    made.parts.close()


def test_without_a_place_for_them_nothing_is_made(sqlite_url: str, tmp_path: Path) -> None:
    made = make_web(settings_for(sqlite_url, tmp_path))
    ask_due(made.parts)
    assert list(backup_disk(made.parts)) == []
    assert health(made)[0] == "healthy"
    assert "MODWATCH_BACKUP_DIR" in health(made)[1]
    told = {one.name: one.values for one in measures(made.parts)}
    assert told["modwatch_backups_set_up"] == {"": 0}
    with made.parts.database.write() as connection:
        assert newest(connection, 1) == []
        note_done(connection, CREATE, NOW_MS)
    made.parts.close()
