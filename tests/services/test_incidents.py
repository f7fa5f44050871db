"""Stored incidents are those of one walk over all violations, however late and split these came."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import Any
from uuid import uuid4

import orjson
from hypothesis import strategies as st
from sqlalchemy import delete, update

from adapters.database import Database
from domain.incident_hours import usual_of
from domain.incidents import Incident, find_incidents
from domain.touched import EVERY_DOCUMENT
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.erasure.rows import erase_member
from models.erasure.steps import erase_some
from models.incidents.reading import incident_hits
from models.incidents.store import (
    IncidentRow,
    NoteRow,
    add_note,
    figures_of,
    incidents_between,
    look_after,
    member_rows,
    members_of,
    notes_of,
    save_incidents,
)
from models.incidents.tables import StoredIncident, StoredIncidentMember
from models.snapshots.dirty import Mark, mark_dirty
from services.incidents.telling import tell_of_ends
from services.ingest.store import ingest_events
from services.operations.retention import forget_old_events
from services.operations.rollups import rebuild
from services.snapshots.materialise import materialise_dirty
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS, event_id
from tests.services.tried import tried

_guilds = count(3 * 10**17)
FOR_EVER_MS = 2**53
_steps = st.sampled_from([0, 1_000, 20_000, MINUTE_MS, 4 * MINUTE_MS, 5 * MINUTE_MS, 301_000])
# A raid, or what a busy hour brings; about the same hour of some days, so that they are compared.
_clusters = st.tuples(
    st.sampled_from([0, 0, 0, 1, 2, 5]),
    st.integers(0, 8).map(lambda quarters: quarters * HOUR_MS // 4),
    st.lists(st.tuples(_steps, st.integers(1, 9), st.integers(1, 4)), min_size=6, max_size=26),
)


def _events(guild_id: int, clusters: Sequence[Any]) -> list[Any]:
    events: list[Any] = []
    for days, late_ms, steps in clusters:
        time_ms = NOW_MS - days * DAY_MS - 4 * HOUR_MS + late_ms
        for step_ms, user_id, rule in steps:
            time_ms += step_ms
            id = event_id(guild_id, len(events))
            made = violation(guild_id, time_ms, user_id, id=id, rule=f"rule {rule}")
            events.append(made)
    return events


def _habit(days: int, hits: int) -> list[Any]:
    """What is usual in the hours of the clusters: as many hits on each of the days before."""
    steps = [((HOUR_MS // hits), place % 5, 1 + place % 4) for place in range(hits)]
    return [(day, HOUR_MS, steps) for day in range(1, days + 1)]


def send(database: Database, events: Sequence[Any]) -> None:
    ingest_events(database, list(events), NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)


def recounted(database: Database, guild_id: int) -> list[Incident]:
    """One walk over all that is stored."""
    with database.read() as connection:
        hits = list(incident_hits(connection, guild_id, 0))
    counts = Counter(hit.timestamp_ms // HOUR_MS for hit in hits)
    return find_incidents(hits, lru_cache(None)(lambda hour: usual_of(counts, hour)))


def incidents(database: Database, guild_id: int) -> list[IncidentRow]:
    with database.read() as connection:
        return incidents_between(connection, guild_id, 0, FOR_EVER_MS)


def agree(database: Database, guild_id: int) -> list[IncidentRow]:
    rows, expected = incidents(database, guild_id), recounted(database, guild_id)
    assert len(rows) == len(expected)
    for row, one in zip(rows, expected, strict=True):
        figures = figures_of(one)
        assert {name: getattr(row, name) for name in figures} == figures
    with database.read() as connection:
        members = members_of(connection, guild_id, [row.id for row in rows])
    for row, one in zip(rows, expected, strict=True):
        assert members[row.id] == member_rows(one.members)
    return rows


def test_late_violations_leave_the_incidents_of_one_walk(database: Database) -> None:
    tried(
        database,
        10,
        lambda **drawn: _are_of_one_walk(database, **drawn),
        clusters=st.lists(_clusters, min_size=1, max_size=5),
        habit=st.tuples(st.integers(0, 12), st.integers(2, 20)),
        parts=st.integers(1, 5),
        whole_stretches=st.booleans(),
        chance=st.randoms(use_true_random=False),
    )


def _are_of_one_walk(
    database: Database,
    clusters: list[Any],
    habit: tuple[int, int],
    parts: int,
    whole_stretches: bool,
    chance: random.Random,
) -> None:
    guild_id = next(_guilds)
    events = _events(guild_id, [*clusters, *_habit(*habit)])
    dealt: list[list[Any]] = [[] for _ in range(parts)]
    for place, event in enumerate(events):
        in_turn = place * parts // len(events)
        dealt[in_turn if whole_stretches else chance.randrange(parts)].append(event)
    chance.shuffle(dealt)
    for batch in dealt:
        send(database, batch)
    agree(database, guild_id)


def burst(guild_id: int, at_ms: int, number: int = 12, **fields: Any) -> list[Any]:
    return [
        violation(guild_id, at_ms + place * 1_000, place % 5, **fields) for place in range(number)
    ]


def heard(database: Database, guild_id: int) -> list[dict[str, Any]]:
    """The data of live events about incidents that wait to be published."""
    rows = stored.rows(database, "outbox", [guild_id])
    lists = [cell for row in rows for cell in row if isinstance(cell, str)]
    told = [one for text in lists for one in orjson.loads(text)]
    return [one["data"] for one in told if one["type"] == "incident"]


def note(database: Database, row: IncidentRow, text: str) -> None:
    with database.write() as connection:
        look_after(connection, replace(row, looked_after_by="user:41", looked_after_ms=NOW_MS))
        written = NoteRow(
            guild_id=row.guild_id,
            incident_id=row.id,
            id=uuid4(),
            at_ms=NOW_MS,
            by="user:41",
            text=text,
        )
        add_note(connection, written)


def notes(database: Database, row: IncidentRow) -> list[str]:
    with database.read() as connection:
        return [one.text for one in notes_of(connection, row.guild_id, row.id)]


def test_an_incident_keeps_its_name_and_notes_as_it_grows(database: Database) -> None:
    send(database, burst(7, NOW_MS - 4 * MINUTE_MS))
    (first,) = incidents(database, 7)
    note(database, first, "Looking at it.")
    send(database, burst(7, NOW_MS - 2 * MINUTE_MS))
    (grown,) = agree(database, 7)
    assert (grown.id, grown.violation_count, grown.looked_after_by) == (first.id, 24, "user:41")
    assert grown.revision > first.revision
    assert notes(database, grown) == ["Looking at it."]


def test_what_turns_out_to_be_one_raid_is_one_with_all_notes(database: Database) -> None:
    send(database, burst(7, NOW_MS - 20 * MINUTE_MS))
    send(database, burst(7, NOW_MS - 12 * MINUTE_MS))
    earlier, later = incidents(database, 7)
    note(database, earlier, "one")
    note(database, later, "two")
    send(database, burst(7, NOW_MS - 16 * MINUTE_MS))
    (whole,) = agree(database, 7)
    assert (whole.id, whole.violation_count) == (earlier.id, 36)
    assert sorted(notes(database, whole)) == ["one", "two"]


def test_open_pages_hear_when_it_begins_grows_and_is_over(database: Database) -> None:
    send(database, burst(7, NOW_MS - 2 * MINUTE_MS))
    send(database, burst(7, NOW_MS - MINUTE_MS))
    assert [(one["state"], one["violation_count"]) for one in heard(database, 7)] == [
        ("going_on", 12),
        ("going_on", 24),
    ]
    assert tell_of_ends(database, NOW_MS) == 0
    assert tell_of_ends(database, NOW_MS + 5 * MINUTE_MS) == 1
    assert tell_of_ends(database, NOW_MS + 5 * MINUTE_MS) == 0
    assert heard(database, 7)[-1]["state"] == "over"


def test_history_is_no_news(database: Database) -> None:
    send(database, burst(7, NOW_MS - DAY_MS))
    assert len(agree(database, 7)) == 1
    assert heard(database, 7) == []


def test_a_rebuild_gives_the_same_and_keeps_what_people_wrote(database: Database) -> None:
    send(database, burst(7, NOW_MS - DAY_MS) + burst(7, NOW_MS - 2 * MINUTE_MS))
    rows = agree(database, 7)
    note(database, rows[0], "kept")
    with database.write() as connection:
        wrong = update(StoredIncident).where(StoredIncident.id == rows[0].id)
        connection.execute(wrong.values(violation_count=99))
        connection.execute(delete(StoredIncidentMember))
        save_incidents(connection, [(replace(rows[0], id=uuid4(), from_ms=5, until_ms=6), [])])
    rebuild(database, [7], NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    assert [row.id for row in agree(database, 7)] == [row.id for row in rows]
    assert notes(database, rows[0]) == ["kept"]


def test_who_was_erased_is_in_it_under_a_pseudonym(database: Database) -> None:
    send(database, burst(7, NOW_MS - 2 * MINUTE_MS))
    (row,) = incidents(database, 7)
    note(database, row, "41 asked 3 to stop")
    with database.write() as connection:
        # Looked at between two steps of the erasure it has both.
        assert erase_some(connection, 7, 3, -33, 1) == (1, False)
        mark_dirty(
            connection,
            [
                Mark(
                    guild_id=7,
                    since_ms=NOW_MS,
                    documents=EVERY_DOCUMENT,
                    violations_from_ms=NOW_MS - 2 * MINUTE_MS,
                    violations_to_ms=NOW_MS,
                )
            ],
        )
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    assert agree(database, 7)[0].member_count == 6
    with database.write() as connection:
        erase_member(connection, 7, 3, -33)
        erase_member(connection, 7, 41, -77)
        mark_dirty(
            connection,
            [
                Mark(
                    guild_id=7,
                    since_ms=NOW_MS,
                    documents=EVERY_DOCUMENT,
                    violations_from_ms=NOW_MS - 2 * MINUTE_MS,
                    violations_to_ms=NOW_MS,
                )
            ],
        )
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    (after,) = agree(database, 7)
    assert (after.id, after.member_count, after.looked_after_by) == (row.id, 5, "user:-77")
    assert notes(database, after) == ["-77 asked -33 to stop"]
    with database.read() as connection:
        members = members_of(connection, 7, [row.id])[row.id]
    assert [member[0] for member in members] == [-33, 0, 1, 2, 4]


def test_an_incident_goes_with_the_violations_it_is_of(database: Database) -> None:
    midnight_ms = (NOW_MS // DAY_MS - 2) * DAY_MS
    over_midnight = burst(7, midnight_ms - MINUTE_MS, 120)
    send(database, burst(7, midnight_ms - DAY_MS + HOUR_MS) + over_midnight)
    send(database, burst(7, NOW_MS - MINUTE_MS))
    assert len(agree(database, 7)) == 3
    for _ in range(4):
        forget_old_events(database, NOW_MS, 2)
        materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    rows = agree(database, 7)
    assert [(row.from_ms >= midnight_ms, row.violation_count) for row in rows] == [
        (True, 60),
        (True, 12),
    ]
