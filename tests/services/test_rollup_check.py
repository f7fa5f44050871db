"""`verify` finds any number that is wrong in any rollup table, and `rebuild` makes it right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import ColumnElement, select

from adapters.database import Database
from domain.histogram import BUCKETS, LOWEST_MS, bucket_of
from domain.windows import DAY_MS, MINUTE_MS
from models.rollup import MINUTES_KEPT, prune_minutes
from models.rollup_recount import RECOUNTS, Recount
from models.rollup_sources import histogram_bucket
from services.ingest import ingest_events
from services.materialise import materialise_dirty
from services.rollup_check import rebuild, verify
from tests.services import stored
from tests.services.events import messages, violation
from tests.services.histories import NOW_MS, Made, made

GUILD, OTHER = 10**17, 10**17 + 1
TABLES = [recount.model.__tablename__ for recount in RECOUNTS]
on_database = settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _fill(database: Database) -> None:
    """Two guilds that have a row in every table."""
    ingest_events(
        database,
        [
            event
            for guild_id in (GUILD, OTHER)
            for event in (
                violation(guild_id, NOW_MS, moderator_id=9, response_time_ms=70, severity="high"),
                violation(guild_id, NOW_MS - DAY_MS, user_id=2, moderator_id=9),
                messages(guild_id, NOW_MS, 10),
            )
        ],
        NOW_MS,
    )


def _change(database: Database, name: str, values: dict[str, Any]) -> None:
    table = stored.table(name)
    with database.write() as connection:
        connection.execute(table.update().where(table.c.guild_id == GUILD).values(values))


def test_good_rollups_show_no_difference(database: Database) -> None:
    assert verify(database, None, NOW_MS) == []
    _fill(database)
    assert verify(database, None, NOW_MS) == []
    assert verify(database, [GUILD, 404], NOW_MS) == []


@pytest.mark.parametrize("recount", RECOUNTS, ids=TABLES)
def test_any_wrong_number_is_found_and_repaired(database: Database, recount: Recount) -> None:
    _fill(database)
    name, minutes_from = recount.model.__tablename__, NOW_MS // MINUTE_MS - 119
    before = stored.rows(database, name, [GUILD, OTHER])
    for column in (*recount.sums, *recount.others):
        wrong = "another" if column in ("name", "rule", "reason") else 77
        _change(database, name, {column: wrong})
        with database.write() as connection:
            found = list(recount.differences(connection, [GUILD, OTHER], minutes_from))
            recount.rebuild(connection, GUILD, minutes_from)
        assert {(one.table, one.guild_id, one.column) for one in found} == {(name, GUILD, column)}
        assert all(one.stored == wrong != one.recounted for one in found)
        assert stored.rows(database, name, [GUILD, OTHER]) == before


@pytest.mark.parametrize("name", TABLES)
def test_missing_and_invented_rows_are_found_and_repaired(database: Database, name: str) -> None:
    _fill(database)
    table = stored.table(name)
    key = [column.name for column in table.primary_key][-1]
    with database.write() as connection:
        rows = connection.execute(select(table).where(table.c.guild_id == GUILD))
        row = dict(rows.mappings().first() or {})
        connection.execute(table.delete().where(table.c.guild_id == GUILD))
    missing = verify(database, [GUILD], NOW_MS)
    assert {one.table for one in missing} == {name}
    assert all(one.stored is None and one.recounted is not None for one in missing)
    rebuild(database, None, NOW_MS)
    with database.write() as connection:
        connection.execute(table.insert().values(row | {key: row[key] + 12_345}))
    invented = verify(database, [GUILD], NOW_MS)
    assert {one.table for one in invented} == {name}
    assert all(one.recounted is None for one in invented)
    assert all(f"{key} {row[key] + 12_345}" in one.key for one in invented)
    rebuild(database, None, NOW_MS)
    assert verify(database, None, NOW_MS) == []


def test_rows_of_zeros_are_as_good_as_none(database: Database) -> None:
    _fill(database)
    for name in ("rollup_hours", "rollup_rules", "rollup_offenders", "offender_distribution"):
        table = stored.table(name)
        with database.write() as connection:
            row = dict(connection.execute(select(table)).mappings().first() or {})
            key = [column.name for column in table.primary_key]
            zeros = {name: 5 if name in key or name.startswith("last") else 0 for name in row}
            connection.execute(table.insert().values(zeros | {"guild_id": GUILD}))
    assert verify(database, None, NOW_MS) == []


@on_database
@given(history=made())
def test_rebuilding_changes_nothing_that_was_right(database: Database, history: Made) -> None:
    for batch in history.batches:
        ingest_events(database, batch, NOW_MS)
    before = stored.all_rows(database, stored.ROLLUPS, history.guild_ids)
    known = {event.guild_id for event in history.events if any(history.batches)}
    assert rebuild(database, history.guild_ids, NOW_MS) == len(known)
    assert stored.all_rows(database, stored.ROLLUPS, history.guild_ids) == before
    assert verify(database, history.guild_ids, NOW_MS) == []


def test_rebuilding_has_snapshots_and_raids_redone(database: Database) -> None:
    hits = [violation(GUILD, NOW_MS - 40 * DAY_MS + second * 1000) for second in range(12)]
    ingest_events(database, [*hits, violation(GUILD, NOW_MS)], NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    raids = stored.rows(database, "raids", [GUILD])
    bodies = stored.made_bodies(database, [GUILD], NOW_MS)
    assert len(raids) == 1
    _change(database, "raids", {"violation_count": 99})
    _change(database, "rollup_hours", {"violations": 1})
    assert rebuild(database, None, NOW_MS) == 1
    assert materialise_dirty(database, stored.no_cache(), lambda: NOW_MS) == 1
    assert stored.rows(database, "raids", [GUILD]) == raids
    assert stored.made_bodies(database, [GUILD], NOW_MS) == bodies


def test_raids_go_with_their_violations(database: Database) -> None:
    hits = [violation(GUILD, NOW_MS - second * 1000) for second in range(12)]
    ingest_events(database, hits, NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM violations")
    assert verify(database, None, NOW_MS) != []
    rebuild(database, None, NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    assert verify(database, None, NOW_MS) == []
    assert stored.rows(database, "raids", [GUILD]) == []


def test_unknown_guilds_are_left_alone(database: Database) -> None:
    assert rebuild(database, [404], NOW_MS) == 0
    assert rebuild(database, [], NOW_MS) == 0
    assert stored.rows(database, "guilds", [404]) == []


def test_more_guilds_than_fit_a_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.rollup_check.GUILDS_AT_ONCE", 3)
    guilds = list(range(GUILD, GUILD + 7))
    ingest_events(database, [violation(guild_id, NOW_MS) for guild_id in guilds], NOW_MS)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE rollup_days SET bans = 3")
    assert {one.guild_id for one in verify(database, None, NOW_MS)} == set(guilds)
    assert len(verify(database, guilds[::2], NOW_MS)) == len(guilds[::2])
    assert rebuild(database, None, NOW_MS) == len(guilds)
    assert verify(database, None, NOW_MS) == []


def test_lost_rollups_are_told_of_up_to_a_number(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(database)
    with database.write() as connection:
        for name in TABLES:
            connection.execute(stored.table(name).delete())
    every = verify(database, None, NOW_MS)
    monkeypatch.setattr("services.rollup_check.MOST_DIFFERENCES", 7)
    assert verify(database, None, NOW_MS) == every[:7]
    assert {one.table for one in every} == set(TABLES)


def test_minutes_are_compared_as_far_back_as_answers_look(database: Database) -> None:
    for ago in (0, 119, 120, 179, 181):
        ingest_events(database, [violation(GUILD, NOW_MS - ago * MINUTE_MS)], NOW_MS)
    minutes = stored.table("rollup_minutes")
    shown = NOW_MS // MINUTE_MS - 119
    with database.write() as connection:
        connection.execute(minutes.delete().where(minutes.c.epoch_minute < shown))
    assert verify(database, None, NOW_MS) == []
    with database.write() as connection:
        connection.execute(minutes.delete().where(minutes.c.epoch_minute == shown))
    assert {one.key for one in verify(database, None, NOW_MS)} == {f"epoch_minute {shown}"}


def test_pruned_minutes_are_those_nobody_writes_or_reads(database: Database) -> None:
    old_ms = NOW_MS - 10 * DAY_MS
    ingest_events(database, [violation(GUILD, old_ms), messages(OTHER, old_ms)], old_ms)
    _fill(database)
    kept = [violation(GUILD, NOW_MS - MINUTES_KEPT * MINUTE_MS)]
    ingest_events(database, kept, NOW_MS)
    with database.write() as connection:
        assert prune_minutes(connection, NOW_MS) == 2
        assert prune_minutes(connection, NOW_MS) == 0
    minutes = {row[1] for row in stored.rows(database, "rollup_minutes", [GUILD, OTHER])}
    assert minutes == {NOW_MS // MINUTE_MS, NOW_MS // MINUTE_MS - MINUTES_KEPT}
    assert verify(database, None, NOW_MS) == []


def test_histogram_buckets_in_sql_are_those_of_the_domain(database: Database) -> None:
    edges = [bound + off for bound in LOWEST_MS for off in (-1, 0, 1)]
    edges += [-5, 3_600_000, 3_600_001, 10**12]
    times: ColumnElement[Any] = stored.table("violations").c.response_time_ms
    ingest_events(
        database,
        [violation(GUILD, NOW_MS, response_time_ms=edge) for edge in set(edges)],
        NOW_MS,
    )
    with database.read() as connection:
        found = connection.execute(select(times, histogram_bucket(times))).all()
    assert {bucket for _, bucket in found} == set(range(BUCKETS))
    assert [(time, bucket_of(time)) for time, _ in found] == [tuple(row) for row in found]
