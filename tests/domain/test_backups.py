"""Which backups are kept, and when the next one is due."""

from __future__ import annotations

import pytest

from domain.backups import Backup, is_due, read_stamp, stamp, superfluous, wait_after_ms
from domain.clock import parse_rfc3339
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS

NOW_MS = parse_rfc3339("2026-11-30T12:10:00Z")


def test_one_an_hour_then_one_a_day() -> None:
    every = [Backup(stamp(ms), ms, 1) for ms in range(NOW_MS - 40 * DAY_MS, NOW_MS + 1, HOUR_MS)]
    gone = superfluous(every, NOW_MS, 30)
    kept = sorted(backup.at_ms for backup in every if backup not in gone)
    hourly = [ms for ms in kept if NOW_MS - ms < DAY_MS]
    daily = [ms for ms in kept if NOW_MS - ms >= DAY_MS]
    assert len(hourly) == 24
    assert len(daily) in (30, 31)
    assert len({ms // DAY_MS for ms in daily}) == len(daily)
    assert kept[0] >= NOW_MS - 30 * DAY_MS
    # Once more changes nothing: what is kept today is not what another look would drop.
    assert superfluous([one for one in every if one not in gone], NOW_MS, 30) == []


def test_several_of_an_hour_leave_the_newest() -> None:
    every = [Backup(str(n), NOW_MS - n * MINUTE_MS, 1) for n in range(5)]
    assert [one.name for one in superfluous(every, NOW_MS, 30)] == ["1", "2", "3", "4"]


def test_the_newest_stays_however_old() -> None:
    every = [Backup(str(days), NOW_MS - days * DAY_MS, 1) for days in (100, 90)]
    assert [one.name for one in superfluous(every, NOW_MS, 30)] == ["100"]


@pytest.mark.parametrize(
    ("last_ms", "due"),
    [
        (None, True),
        (NOW_MS, False),
        (NOW_MS - HOUR_MS + 1, False),
        (NOW_MS - HOUR_MS, True),
        (NOW_MS + 1, True),  # of a clock that was ahead
    ],
)
def test_when_the_next_is_due(last_ms: int | None, due: bool) -> None:
    assert is_due(last_ms, HOUR_MS, NOW_MS) is due


def test_names_tell_the_time() -> None:
    assert stamp(NOW_MS) == "20261130T121000Z"
    assert read_stamp(stamp(NOW_MS)) == NOW_MS


def test_after_failures_the_next_is_asked_for_later_each_time() -> None:
    minutes = [wait_after_ms(failures) // MINUTE_MS for failures in (0, 1, 2, 3, 4, 5, 6, 10_000)]
    assert minutes == [0, 5, 10, 20, 40, 60, 60, 60]
