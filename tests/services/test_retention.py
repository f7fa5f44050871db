"""Raw rows that are too old go, without a count, an answer or a promise going with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select

from adapters.database import Database
from domain.windows import DAY_MS, HOUR_MS
from models.rollups.recounts import RECOUNTS
from models.violations.list import ViolationFilter, list_violations
from models.violations.total import count_violations
from services.ingest.store import ID_KEPT_MS, ingest_events
from services.operations.retention import forget_old_events
from services.operations.rollups import rebuild, verify
from services.snapshots.materialise import materialise_dirty
from tests.services import stored
from tests.services.events import messages, user, violation
from tests.services.histories import NOW_MS

pytestmark = pytest.mark.usefixtures("no_pauses")
GUILD, OTHER = 10**17, 10**17 + 1
KEEP_DAYS = 31
RULES, REASONS = (None, "Spam", "Links"), ("bought", "sold", "Реклама", "begged")
# Those whose recount looks at what is gone in one way or another.
LOOKING_BACK = (
    "rollup_hours",
    "seen_rules",
    "violation_texts",
    "offender_totals",
    "offender_distribution",
)
# What says how much can be listed goes down with the rows, all else stays.
STAYING = tuple(name for name in stored.ROLLUPS if name != "offender_totals")
FILTERS = (
    ViolationFilter(),
    ViolationFilter(user_id=2),
    ViolationFilter(user_id=2, severity="high"),
    ViolationFilter(severity="low"),
    ViolationFilter(detection_type="ai"),
    ViolationFilter(action="ban"),
    ViolationFilter(rule="Spam"),
    ViolationFilter(rule="bought"),
    ViolationFilter(text="реклама"),
    ViolationFilter(text="о", severity="medium"),
    ViolationFilter(text="links", user_id=3),
    ViolationFilter(since_ms=NOW_MS - 40 * DAY_MS),
)


def _ingest(database: Database, random: Random, number: int, days: int, guild: int = GUILD) -> None:
    """Some violations of the last days, and counts of messages; a crowd of them in one hour."""
    events = []
    for _ in range(number):
        moment = NOW_MS - random.randrange(days * DAY_MS)
        hit = violation(
            guild,
            moment,
            random.randrange(1, 5),
            rule=random.choice(RULES),
            reason=random.choice(REASONS),
            severity=random.choice(("low", "medium", "high")),
            detection_type=random.choice(("ai", "manual")),
            action_taken=random.choice(("ban", "warn")),
            moderator_id=random.choice((None, 9)),
            response_time_ms=random.choice((None, 70)),
        )
        events += [hit, messages(guild, moment, 3)]
    ingest_events(database, events, NOW_MS, live=False)


def _raid(database: Database, ago_ms: int) -> None:
    events = [violation(GUILD, NOW_MS - ago_ms - second * 1_000) for second in range(12)]
    ingest_events(database, events, NOW_MS, live=False)


def _forget_all(database: Database, keep_days: int = KEEP_DAYS) -> int:
    turns = 0
    while forget_old_events(database, NOW_MS, keep_days):
        turns += 1
    return turns


def _check_totals(database: Database) -> None:
    with database.read() as connection:
        for wanted in FILTERS:
            listed = list_violations(connection, GUILD, wanted, 1_000)
            assert count_violations(connection, GUILD, wanted) == len(listed), wanted


def _oldest(database: Database) -> int:
    return min(int(row[2]) for row in stored.rows(database, "violations", [GUILD]))


def _without_incidents(bodies: stored.Bodies) -> stored.Bodies:
    """An incident goes with its violations, and the major event that was part of it stays."""
    unnamed = re.compile(rb'"incident_id":("[^"]+"|null),')
    return {key: unnamed.sub(b"", body) for key, body in bodies.items()}


def _all_totals(database: Database) -> list[tuple[object, ...]]:
    """Members with all that they ever did."""
    table = stored.table("offender_totals")
    query = select(table.c.user_id, table.c["count"], table.c.last_violation_ms)
    with database.read() as connection:
        return sorted(tuple(row) for row in connection.execute(query))


def test_old_rows_go_and_what_was_counted_stays(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.operations.retention.ROWS_AT_ONCE", 7)
    random = Random(3)
    _ingest(database, random, 120, 90)
    _raid(database, 60 * DAY_MS)
    _raid(database, 5 * DAY_MS)
    _ingest(database, random, 10, 20, OTHER)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    before = stored.all_rows(database, (*STAYING, "raids"), [GUILD, OTHER])
    others, totals = stored.rows(database, "violations", [OTHER]), _all_totals(database)
    bodies = _without_incidents(stored.made_bodies(database, [GUILD], NOW_MS))
    assert 40 < _forget_all(database) < 70
    assert _oldest(database) >= NOW_MS - (KEEP_DAYS + 1) * DAY_MS
    assert stored.all_rows(database, (*STAYING, "raids"), [GUILD, OTHER]) == before
    assert stored.rows(database, "violations", [OTHER]) == others
    assert _all_totals(database) == totals
    assert _without_incidents(stored.made_bodies(database, [GUILD], NOW_MS)) == bodies
    assert verify(database, None, NOW_MS) == []
    _check_totals(database)


def test_a_rebuild_loses_nothing_that_lies_before(database: Database) -> None:
    random = Random(4)
    _ingest(database, random, 100, 80)
    _raid(database, 60 * DAY_MS)
    _raid(database, 5 * DAY_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    _forget_all(database)
    names = (*stored.ROLLUPS, "raids")
    before = stored.all_rows(database, names, [GUILD])
    bodies = stored.made_bodies(database, [GUILD], NOW_MS)
    rebuild(database, None, NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    assert stored.all_rows(database, names, [GUILD]) == before
    assert stored.made_bodies(database, [GUILD], NOW_MS) == bodies


def test_what_is_wrong_is_found_and_repaired_as_before(database: Database) -> None:
    _ingest(database, Random(5), 60, 70)
    ingest_events(database, [violation(GUILD, NOW_MS, 2, moderator_id=9)], NOW_MS)
    _forget_all(database)
    wrong: set[str] = set()
    for name in LOOKING_BACK:
        _spoil(database, name)
        wrong.add(name)
        assert {one.table for one in verify(database, None, NOW_MS)} == wrong
    rebuild(database, None, NOW_MS)
    assert verify(database, None, NOW_MS) == []


def _spoil(database: Database, name: str) -> None:
    """Make the table's newest row say something else."""
    table = stored.table(name)
    column = {one.model.__tablename__: (*one.sums, *one.others)[0] for one in RECOUNTS}[name]
    with database.write() as connection:
        newest = select(func.max(list(table.primary_key)[1])).where(table.c.guild_id == GUILD)
        wrong = table.update().where(list(table.primary_key)[1] == newest.scalar_subquery())
        connection.execute(wrong.values({column: "77" if name == "seen_rules" else 77}))


class Between(Database):
    """A database where others have a turn after each transaction that writes."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.url)
        self.database, self.random, self.turns = database, Random(6), count()

    @contextmanager
    def write(self, patience_seconds: float | None = None) -> Iterator[Connection]:
        with super().write(patience_seconds) as connection:
            yield connection
        if next(self.turns) % 5 == 0:
            _ingest(self.database, self.random, 1, 60)
            _check_totals(self.database)
            assert verify(self.database, None, NOW_MS) == []


def test_counts_and_totals_are_right_at_every_moment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while history comes in that is older than what is kept."""
    monkeypatch.setattr("services.operations.retention.ROWS_AT_ONCE", 2)
    _ingest(database, Random(7), 60, 50)
    with closing(Between(database)) as interrupted:
        for _ in range(12):
            forget_old_events(interrupted, NOW_MS, KEEP_DAYS)
        assert next(interrupted.turns) > 40
    _forget_all(database)
    assert verify(database, None, NOW_MS) == []
    _check_totals(database)


def test_a_clock_that_is_ahead_takes_nothing(database: Database) -> None:
    """By the guild's own newest event nothing is old; the ids are known as before."""
    events = [violation(GUILD, NOW_MS - days * DAY_MS) for days in range(29)]
    ingest_events(database, events, NOW_MS)
    assert forget_old_events(database, NOW_MS + 400 * DAY_MS, KEEP_DAYS) == 0
    again = ingest_events(database, events, NOW_MS)
    assert (again.accepted, again.duplicates) == (0, len(events))


def test_ids_go_when_their_events_cannot_come_again(database: Database) -> None:
    then_ms = NOW_MS + ID_KEPT_MS + HOUR_MS
    late, new = user(GUILD, NOW_MS, 5, "ada"), user(GUILD, then_ms, 5, "ada")
    history = violation(OTHER, NOW_MS - 80 * DAY_MS, id=UUID(int=7))
    ingest_events(database, [late], NOW_MS)
    ingest_events(database, [history], NOW_MS, live=False)
    ingest_events(database, [new], then_ms)
    forget_old_events(database, NOW_MS + ID_KEPT_MS - HOUR_MS, 36_500)
    assert len(stored.rows(database, "ingested_events", [GUILD])) == 2
    assert forget_old_events(database, then_ms, 36_500) == 1
    assert [row[1] for row in stored.rows(database, "ingested_events", [GUILD])] == [new.id]
    # History may be imported again at any time.
    assert ingest_events(database, [history], then_ms, live=False).duplicates == 1
