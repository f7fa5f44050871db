"""One guild whose snapshots cannot be made keeps them from nobody else."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from sqlalchemy import delete, select, update

from adapters.database import Database
from domain.retries import FIRST_RETRY_MS, LONGEST_RETRY_MS, retry_after_ms
from domain.snapshot import Kind
from domain.spans import Span
from domain.windows import DAY_MS, MINUTE_MS
from models.guilds.settings import save_config
from models.rollups.rules import SeenRule
from models.snapshots.dirty import DirtyGuild, count_put_aside
from models.snapshots.stored import load_snapshot, slid_guilds
from services.guilds.settings import ShownConfig
from services.ingest.store import ingest_events
from services.snapshots.materialise import mark_all, mark_slid, materialise_dirty
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS

BAD, GOOD = 500, (499, 501, 502)


def _make(database: Database, now_ms: int = NOW_MS) -> int:
    return materialise_dirty(database, stored.no_cache(), lambda: now_ms)


def _set_zone(database: Database, timezone: str) -> None:
    """Past the checks of the API, as a database does whose web has a newer list of zones."""
    columns = asdict(ShownConfig()) | {"timezone": timezone, "version": 1}
    with database.write() as connection:
        save_config(connection, BAD, NOW_MS, **columns)


def _lose_rule(database: Database) -> None:
    with database.write() as connection:
        connection.execute(delete(SeenRule).where(SeenRule.guild_id == BAD))


def _aside(database: Database) -> int:
    with database.read() as connection:
        return count_put_aside(connection)


def _hit_all(database: Database, now_ms: int = NOW_MS) -> None:
    hits = [violation(guild_id, now_ms, rule="links") for guild_id in (BAD, *GOOD)]
    ingest_events(database, hits, now_ms)


@pytest.mark.parametrize("harm", ["zone", "rule"])
def test_the_others_have_their_snapshots(database: Database, harm: str) -> None:
    _hit_all(database)
    if harm == "zone":
        _set_zone(database, "Mars/Olympus_Mons")
    else:
        _lose_rule(database)
    assert _make(database) == len(GOOD)
    with database.read() as connection:
        made = [load_snapshot(connection, id, Kind.METRICS, Span.DAY) for id in (*GOOD, BAD)]
        assert [one is not None for one in made] == [True, True, True, False]
    assert stored.rows(database, "dirty_guilds", [BAD]) != []
    assert _aside(database) == 1
    _hit_all(database)
    assert _make(database) == len(GOOD), "nobody looks at it again before its time"


def test_it_is_tried_again_and_then_like_all_others(database: Database) -> None:
    _hit_all(database)
    _set_zone(database, "Mars/Olympus_Mons")
    _make(database)
    later_ms = NOW_MS + FIRST_RETRY_MS + 1
    assert _make(database, later_ms) == 0, "still no such zone"
    _set_zone(database, "Europe/Berlin")
    assert _make(database, later_ms + FIRST_RETRY_MS) == 0, "each time later"
    assert _make(database, later_ms + retry_after_ms(2) + 1) == 1
    assert _aside(database) == 0
    _hit_all(database)
    assert _make(database) == len(GOOD) + 1


def test_the_longest_wait_is_short_enough_to_notice_a_repair() -> None:
    waits = [retry_after_ms(attempts) for attempts in range(1, 100)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (FIRST_RETRY_MS, LONGEST_RETRY_MS)


def test_a_time_to_retry_that_lies_far_ahead_is_of_a_clock_that_was_set_back(
    database: Database,
) -> None:
    _hit_all(database, NOW_MS)
    _set_zone(database, "Mars/Olympus_Mons")
    _make(database, NOW_MS + DAY_MS)
    _set_zone(database, "Europe/Berlin")
    assert _make(database) == 1


def test_windows_that_slide_wait_for_no_guild_that_is_put_aside(database: Database) -> None:
    _hit_all(database)
    assert _make(database) == len(GOOD) + 1
    with database.write() as connection:
        connection.execute(update(SeenRule).where(SeenRule.guild_id == BAD).values(guild_id=1))
    mark_all(database, [BAD], NOW_MS)
    _make(database)
    with database.read() as connection:
        # As many as fit: were the guild put aside among them, it would be so every time.
        slid = slid_guilds(connection, NOW_MS + MINUTE_MS, len(GOOD))
    assert {guild_id for guild_id, _ in slid} == set(GOOD)


def test_the_window_that_waits_longest_is_marked_first(database: Database) -> None:
    for place, guild_id in enumerate(reversed(GOOD)):
        moment_ms = NOW_MS + place * MINUTE_MS
        ingest_events(database, [violation(guild_id, moment_ms)], moment_ms)
        _make(database, moment_ms)
    with database.read() as connection:
        (first,) = slid_guilds(connection, NOW_MS + 10 * MINUTE_MS, 1)
    assert first == (GOOD[-1], NOW_MS + 44_750)


def test_a_window_of_another_release_stops_nobody(database: Database) -> None:
    _hit_all(database)
    _make(database)
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO metric_snapshots (guild_id, kind, period, body, version, as_of_ms,"
            " changed_ms, slides_at_ms, holds_data)"
            " SELECT guild_id, 'x', 'decade', body, 1, as_of_ms, changed_ms, 0, holds_data"
            " FROM metric_snapshots WHERE kind = 'metrics' AND period = 'day'"
        )
    assert mark_slid(database, NOW_MS + MINUTE_MS) == len(GOOD) + 1
    with database.read() as connection:
        assert set(connection.scalars(select(DirtyGuild.guild_id))) >= set(GOOD)
