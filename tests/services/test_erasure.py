"""A person who was erased is gone from rows and answers, and every count stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from domain.roles import Authenticated, Owner
from models import Base
from models.event_store import learn_users
from models.member import UserWarning
from models.wanted_user import want_users
from services import guild_changes, guild_tokens
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
WARNING = {
    "guild_id": GUILD,
    "user_id": PERSON,
    "level": 2,
    "kicked_before": False,
    "timestamp_ms": NOW_MS,
    "event_id": UUID(int=1),
}


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    plain = database_url.replace("+psycopg", "")
    built = build_parts(settings_for(plain, tmp_path), Clock())
    hits = [violation(GUILD, NOW_MS - second, PERSON, rule="r") for second in range(10)]
    others = [violation(GUILD, NOW_MS, 5, moderator_id=PERSON), messages(GUILD, NOW_MS, 40)]
    ingest_events(built.database, hits + others, NOW_MS)
    act_as_moderator(built)
    yield built
    built.close()


def act_as_moderator(parts: Parts) -> None:
    """The person did things in the guild, too; and Discord was asked for their name."""
    who = Authenticated(GUILD, PERSON, Owner)
    guild_changes.put_rules(parts, who, "Be kind.")
    guild_changes.put_config(parts, who, {"buffer_threshold": 7}, None)
    guild_changes.put_role(parts, who, 6, "moderator")
    guild_changes.put_role(parts, OWNER, PERSON, "admin")
    guild_tokens.create(parts, who, name="x", kind="api", role="viewer", expires_days=None)
    with parts.database.write() as connection:
        connection.execute(insert(UserWarning).values(WARNING))
        learn_users(connection, [(PERSON, "ada", None, None, NOW_MS)])
        want_users(connection, [], [PERSON], NOW_MS)
    parts.reads.note(GUILD, f"user:{PERSON}", "/metrics", NOW_MS)
    parts.reads.flush(parts.database)


def _traces(parts: Parts) -> list[str]:
    """Where the person's id still stands."""
    made = stored.made_bodies(parts.database, [GUILD], NOW_MS)
    with parts.database.read() as connection:
        kept = {
            name: connection.execute(select(table)).all()
            for name, table in Base.metadata.tables.items()
        }
    found = [name for name, rows in kept.items() if str(PERSON) in str(rows)]
    return found + [str(key) for key, body in made.items() if str(PERSON).encode() in body]


def test_erasing_leaves_no_trace_and_every_count(parts: Parts) -> None:
    materialise_dirty(parts.database, parts.cache, parts.clock)
    assert {"audit_log", "outbox", "guild_rules", "access_tokens"} <= set(_traces(parts))
    assert {"role_assignments", "user_warnings", "access_records"} <= set(_traces(parts))
    assert {"user_cache", "wanted_users", "metric_snapshots", "raids"} <= set(_traces(parts))
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
