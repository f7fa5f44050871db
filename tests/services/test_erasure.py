"""A person who was erased is gone from rows and answers, and every count stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.roles import Authenticated, Owner
from services.erasure import erase
from services.ingest import ingest_events
from services.materialise import materialise_dirty
from services.parts import Parts, build_parts
from services.rollup_check import verify
from tests.parts import NOW_MS, Clock, settings_for
from tests.services import stored
from tests.services.events import messages, violation
from tests.services.moments import once_before

GUILD, PERSON = 10**17, 424_242
OWNER = Authenticated(GUILD, 1, Owner)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    plain = database_url.replace("+psycopg", "")
    built = build_parts(settings_for(plain, tmp_path), Clock())
    hits = [violation(GUILD, NOW_MS - second, PERSON, rule="r") for second in range(10)]
    others = [violation(GUILD, NOW_MS, 5, moderator_id=PERSON), messages(GUILD, NOW_MS, 40)]
    ingest_events(built.database, hits + others, NOW_MS)
    yield built
    built.database.close()


def _traces(parts: Parts) -> list[str]:
    """Where the person's id still stands."""
    names = ("violations", "raids", "offender_totals", "rollup_moderators", "metric_snapshots")
    kept = stored.all_rows(parts.database, names, [GUILD])
    made = stored.made_bodies(parts.database, [GUILD], NOW_MS)
    found = [name for name, rows in kept.items() if str(PERSON) in str(rows)]
    return found + [str(key) for key, body in made.items() if str(PERSON).encode() in body]


def test_erasing_leaves_no_trace_and_every_count(parts: Parts) -> None:
    materialise_dirty(parts.database, parts.cache, parts.clock)
    assert len(_traces(parts)) > 5
    assert erase(parts, OWNER, PERSON) == 10
    assert _traces(parts) == []
    assert verify(parts.database, None, NOW_MS) == []


@pytest.mark.parametrize("moment", ["FROM violations", "FROM rollup_hours", "FROM rollup_days"])
def test_a_worker_that_had_read_the_person_does_not_bring_them_back(
    parts: Parts, moment: str
) -> None:
    with once_before(parts.database, moment, lambda: erase(parts, OWNER, PERSON)):
        materialise_dirty(parts.database, parts.cache, parts.clock)
    assert _traces(parts) == []
    assert verify(parts.database, None, NOW_MS) == []
