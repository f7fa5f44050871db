"""Whatever the order, the split and the repeats: the same counts, states and answers."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from adapters.database import Database
from domain.windows import MINUTE_MS
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from services.snapshots.materialise import mark_slid, materialise_dirty
from tests.services import stored
from tests.services.histories import NOW_MS, Made, made
from tests.services.tried import tried

# One database serves all examples: each has guilds and users of its own.
EXAMPLES = 10
nows = st.lists(
    st.integers(0, 240).map(lambda ago: NOW_MS - ago * MINUTE_MS), min_size=5, max_size=5
)


def _clock(now_ms: int) -> Callable[[], int]:
    return lambda: now_ms


def _ingest_all(database: Database, history: Made) -> None:
    ingest_events(database, sorted(history.events, key=lambda event: event.timestamp), NOW_MS)


def test_rollups_are_a_recount_and_every_event_counts_once(database: Database) -> None:
    tried(database, EXAMPLES, lambda history: _counts_once(database, history), history=made())


def _counts_once(database: Database, history: Made) -> None:
    seen: set[object] = set()
    for batch in history.batches:
        answer = ingest_events(database, batch, NOW_MS)
        new = {event.id for event in batch} - seen
        seen |= new
        assert (answer.accepted, answer.duplicates) == (len(new), len(batch) - len(new))
        assert set(answer.guild_ids) == {event.guild_id for event in batch if event.id in new}
    assert seen == {event.id for event in history.events if any(history.batches)}
    assert verify(database, history.guild_ids, NOW_MS) == []


def test_states_do_not_depend_on_the_order(database: Database, other_database: Database) -> None:
    def holds(history: Made) -> None:
        _ends_the_same(database, other_database, history)

    tried(database, EXAMPLES, holds, history=made())


def _ends_the_same(database: Database, other_database: Database, history: Made) -> None:
    for batch in history.batches:
        ingest_events(database, batch, NOW_MS)
    _ingest_all(other_database, history)
    names = (*stored.STATE, *stored.ROLLUPS, "rollup_minutes")
    for name in names:
        ours = stored.rows(database, name, history.guild_ids)
        assert ours == stored.rows(other_database, name, history.guild_ids), name
    first, last = history.guild_ids[0], history.guild_ids[0] + 999
    assert stored.users(database, first, last) == stored.users(other_database, first, last)


def test_answers_grow_to_what_they_would_be_from_scratch(
    database: Database, other_database: Database
) -> None:
    def holds(history: Made, moments: list[int], breaks: list[bool]) -> None:
        _grow_the_same(database, other_database, history, moments, breaks)

    places = st.lists(st.booleans(), min_size=5, max_size=5)
    tried(database, EXAMPLES, holds, history=made(), moments=nows, breaks=places)


def _grow_the_same(
    database: Database,
    other_database: Database,
    history: Made,
    moments: list[int],
    breaks: list[bool],
) -> None:
    cache = stored.no_cache()
    for batch, now_ms, is_break in zip(history.batches, sorted(moments), breaks, strict=False):
        # Nothing is said of a time to come: what is said of a name then counts as said now.
        ingest_events(database, batch, max([now_ms, *(event.timestamp for event in batch)]))
        if is_break:
            mark_slid(database, now_ms)
            materialise_dirty(database, cache, _clock(now_ms))
    _ingest_all(other_database, history)
    for one in (database, other_database):
        mark_slid(one, NOW_MS)
        materialise_dirty(one, cache, _clock(NOW_MS))
    assert verify(database, history.guild_ids, NOW_MS) == []
    raids = stored.rows(database, "raids", history.guild_ids)
    assert raids == stored.rows(other_database, "raids", history.guild_ids)
    theirs = stored.made_bodies(other_database, history.guild_ids, NOW_MS)
    assert stored.made_bodies(database, history.guild_ids, NOW_MS) == theirs
    for key, body in stored.kept_bodies(database, history.guild_ids, NOW_MS).items():
        assert body == theirs[key], key
