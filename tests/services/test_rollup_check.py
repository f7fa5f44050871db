"""`verify` finds any number that is wrong in any rollup table, and `rebuild` makes it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, select

from adapters.database import Database
from domain.histogram import BUCKETS, LOWEST_MS, bucket_of
from domain.windows import DAY_MS
from models.rollups.recount import Recount
from models.rollups.recounts import RECOUNTS
from models.rollups.scope import Scope
from models.rollups.sources import histogram_bucket
from services.ingest.store import ingest_events
from services.operations.rollups import rebuild, verify
from services.snapshots.materialise import materialise_dirty
from tests.services import stored
from tests.services.events import messages, violation
from tests.services.histories import NOW_MS, Made, made
from tests.services.tried import tried
from tests.services.two_guilds import GUILD, OTHER, fill

pytestmark = pytest.mark.usefixtures("no_pauses")
SUMS = {one.model.__tablename__: (*one.sums, *one.others)[0] for one in RECOUNTS}
TABLES = [recount.model.__tablename__ for recount in RECOUNTS]


def _change(database: Database, name: str, values: dict[str, Any]) -> None:
    table = stored.table(name)
    with database.write() as connection:
        connection.execute(table.update().where(table.c.guild_id == GUILD).values(values))


def test_good_rollups_show_no_difference(database: Database) -> None:
    assert verify(database, None, NOW_MS) == []
    fill(database)
    assert verify(database, None, NOW_MS) == []
    assert verify(database, [GUILD, 404], NOW_MS) == []


def test_any_wrong_number_is_found_and_repaired(database: Database) -> None:
    fill(database)
    for recount in RECOUNTS:
        _each_column_is_repaired(database, recount)


def _each_column_is_repaired(database: Database, recount: Recount) -> None:
    name = recount.model.__tablename__
    before = stored.rows(database, name, [GUILD, OTHER])
    for column in (*recount.sums, *recount.others):
        wrong = "another" if column in ("name", "rule", "reason") else 77
        _change(database, name, {column: wrong})
        with database.write() as connection:
            both = Scope(guilds=[GUILD, OTHER], minutes_from=0)
            found = list(recount.differences(connection, both))
            recount.rebuild(connection, replace(both, guilds=[GUILD]))
        differing = [one for one in found if one.column != "folded"]  # follows what was said
        assert {(one.table, one.guild_id, one.column) for one in differing} == {
            (name, GUILD, column)
        }
        assert all(one.stored == wrong != one.recounted for one in differing)
        assert stored.rows(database, name, [GUILD, OTHER]) == before


def test_missing_and_invented_rows_are_found_and_repaired(database: Database) -> None:
    """Each table by itself is told apart; then all of them are made right at once."""
    fill(database)
    before = stored.all_rows(database, stored.ROLLUPS, [GUILD, OTHER])
    missing = {name: _lose(database, name, set(TABLES[:at])) for at, name in enumerate(TABLES)}
    rebuild(database, None, NOW_MS)
    assert stored.all_rows(database, stored.ROLLUPS, [GUILD, OTHER]) == before
    for at, name in enumerate(TABLES):
        _invent(database, name, missing[name], set(TABLES[:at]))
    rebuild(database, None, NOW_MS)
    assert verify(database, None, NOW_MS) == []


def _lose(database: Database, name: str, others: set[str]) -> dict[str, Any]:
    """Take the guild's rows out and see that this is found, as with `others`; the first of them."""
    table = stored.table(name)
    with database.write() as connection:
        rows = connection.execute(select(table).where(table.c.guild_id == GUILD))
        row = dict(rows.mappings().first() or {})
        connection.execute(table.delete().where(table.c.guild_id == GUILD))
    every = verify(database, [GUILD], NOW_MS)
    assert {one.table for one in every} == others | {name}
    found = [one for one in every if one.table == name]
    assert all(one.stored is None and one.recounted is not None for one in found)
    return row


def _invent(database: Database, name: str, row: dict[str, Any], others: set[str]) -> None:
    """Add one that nothing stands behind, and see that it is found, as with `others`."""
    table = stored.table(name)
    key = [column.name for column in table.primary_key][-1]
    with database.write() as connection:
        connection.execute(table.insert().values(row | {key: row[key] + 12_345}))
    every = verify(database, [GUILD], NOW_MS)
    assert {one.table for one in every} == others | {name}
    found = [one for one in every if one.table == name]
    assert all(one.recounted is None for one in found)
    assert all(f"{key} {row[key] + 12_345}" in one.key for one in found)


def test_rows_of_zeros_are_as_good_as_none(database: Database) -> None:
    fill(database)
    for name in ("rollup_hours", "rollup_rules", "rollup_offenders", "offender_distribution"):
        table = stored.table(name)
        with database.write() as connection:
            row = dict(connection.execute(select(table)).mappings().first() or {})
            key = [column.name for column in table.primary_key]
            zeros = {name: 5 if name in key or name.startswith("last") else 0 for name in row}
            connection.execute(table.insert().values(zeros | {"guild_id": GUILD}))
    assert verify(database, None, NOW_MS) == []


def test_rebuilding_changes_nothing_that_was_right(database: Database) -> None:
    tried(database, 8, lambda history: _stays(database, history), history=made())


def _stays(database: Database, history: Made) -> None:
    for batch in history.batches:
        ingest_events(database, batch, NOW_MS)
    before = stored.all_rows(database, stored.ROLLUPS, history.guild_ids)
    known = {event.guild_id for event in history.events if any(history.batches)}
    assert rebuild(database, history.guild_ids, NOW_MS) == len(known)
    assert stored.all_rows(database, stored.ROLLUPS, history.guild_ids) == before
    assert verify(database, history.guild_ids, NOW_MS) == []


class Interrupted(Database):
    """A database where others have a turn after each transaction that writes."""

    def __init__(self, url: str, turn: Callable[[], None]) -> None:
        super().__init__(url)
        self._turn_of_others = turn

    @contextmanager
    def write(self, patience_seconds: float | None = None) -> Iterator[Connection]:
        with super().write(patience_seconds) as connection:
            yield connection
        self._turn_of_others()


def test_events_come_in_between_the_steps_of_a_rebuild(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step leaves the guild to others, and what they bring is counted."""
    monkeypatch.setattr("models.rollups.steps.STEP_ROWS", 6)
    monkeypatch.setattr("models.rollups.steps.STEP_USERS", 2)
    random, turns = Random(5), count()

    def bring(number: int = 1) -> None:
        next(turns)
        moments = (NOW_MS - random.randrange(9 * DAY_MS) for _ in range(number))
        events = [
            violation(
                GUILD,
                moment,
                user_id=random.randrange(1, 9),
                reason=random.choice("abcd"),
                moderator_id=random.choice((None, 9)),
                response_time_ms=random.choice((None, 70)),
            )
            for moment in moments
        ]
        ingest_events(database, [*events, messages(GUILD, NOW_MS, 1)], NOW_MS)

    bring(30)
    for name in TABLES:
        _change(database, name, {SUMS[name]: "77" if name == "seen_rules" else 77})
    with closing(Interrupted(database.url, bring)) as interrupted:
        assert rebuild(interrupted, [GUILD], NOW_MS) == 1
    assert next(turns) > 50
    assert verify(database, None, NOW_MS) == []


def test_texts_that_are_folded_otherwise_are_found_and_repaired(database: Database) -> None:
    fill(database)
    _change(database, "violation_texts", {"folded": "spAm"})
    found = verify(database, None, NOW_MS)
    assert {(one.table, one.column, one.stored) for one in found} == {
        ("violation_texts", "folded", "spAm")
    }
    rebuild(database, None, NOW_MS)
    assert verify(database, None, NOW_MS) == []


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
    monkeypatch.setattr("services.operations.rollups.GUILDS_AT_ONCE", 3)
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
    fill(database)
    with database.write() as connection:
        for name in TABLES:
            connection.execute(stored.table(name).delete())
    every = verify(database, None, NOW_MS)
    monkeypatch.setattr("services.operations.rollups.MOST_DIFFERENCES", 7)
    assert verify(database, None, NOW_MS) == every[:7]
    assert {one.table for one in every} == set(TABLES)


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
