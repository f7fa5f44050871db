"""A person who was erased is gone from rows and answers, and every count stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, select

from adapters.database import Database
from domain.bot_changes import BotChangeState
from domain.incidents import CALM_MS
from domain.roles import Authenticated, Owner
from domain.snapshot import Kind
from domain.spans import Span
from domain.windows import DAY_MS
from models import Base
from models.audit_log import AuditEntry
from models.erasure.under_way import left_erasures
from models.incidents.store import not_told_over
from models.members.tables import UserWarning
from models.outbox import count_waiting
from models.rollups.horizon import minute_horizon
from models.snapshots.dirty import count_dirty
from models.users.cache import learn_users
from models.users.guild_names import learn_guild_users
from models.users.wanted import want_users
from services.bot import changes as bot_changes
from services.container import Parts, build_parts
from services.guilds import changes as guild_changes
from services.guilds import tokens as guild_tokens
from services.ingest.store import ingest_events
from services.live.outbox import publish_outbox
from services.members import erasure
from services.members.erasure import Erased, erase
from services.operations.minutes import first_minute_kept, forget_minutes
from services.operations.rollups import locked as lock_for_a_step
from services.operations.rollups import verify
from services.operations.upkeep import sweep_alone
from services.snapshots.materialise import materialise_dirty
from tests.parts import NOW_MS, Clock, settings_for
from tests.servers.valkey import Valkey
from tests.services import stored
from tests.services.events import messages, violation
from tests.services.moments import once_before

pytestmark = pytest.mark.usefixtures("no_pauses")
# An id as long as Discord's: no random number beside it has it in it by chance.
GUILD, PERSON = 10**17, 424_242_424_242_424_242
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
    who = Authenticated(GUILD, PERSON, Owner, maker_id=PERSON)
    guild_changes.put_rules(parts, who, "Be kind.")
    guild_changes.put_config(parts, who, {"buffer_threshold": 7}, None)
    guild_changes.put_role(parts, who, 6, "moderator")
    guild_changes.put_role(parts, OWNER, PERSON, "admin")
    guild_tokens.create(parts, who, name="x", kind="api", role="viewer", expires_days=None)
    with parts.database.write() as connection:
        connection.execute(insert(UserWarning).values(WARNING))
        learn_users(connection, [(PERSON, "ada", None, None, NOW_MS)])
        learn_guild_users(connection, [(GUILD, (PERSON, "ada here", None, None, NOW_MS))])
        want_users(connection, [(PERSON, GUILD, True)], NOW_MS)
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
    # A Row by itself is shown shortened.
    said = {name: str([tuple(row) for row in rows]) for name, rows in kept.items()}
    found = [name for name, words in said.items() if str(PERSON) in words]
    return found + [str(key) for key, body in made.items() if str(PERSON).encode() in body]


def test_erasing_leaves_no_trace_and_every_count(parts: Parts) -> None:
    materialise_dirty(parts.database, parts.cache, parts.clock)
    assert {"audit_log", "outbox", "guild_rules", "access_tokens"} <= set(_traces(parts))
    assert {"role_assignments", "user_warnings", "access_records"} <= set(_traces(parts))
    assert {"user_cache", "wanted_users", "metric_snapshots", "raids"} <= set(_traces(parts))
    assert "guild_user_names" in _traces(parts)
    assert erase(parts, OWNER, PERSON) == Erased(violations=10, mailed_to=0)
    assert _traces(parts) == []
    assert verify(parts.database, None, NOW_MS) == []


class Killed(Exception):
    """The process ends."""


def test_an_erasure_goes_on_where_its_process_was_killed(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its steps every count stands, and what comes in meanwhile is erased as well."""
    monkeypatch.setattr(erasure, "ROWS_AT_ONCE", 3)
    with pytest.raises(Killed), at_step(monkeypatch, 3, die):
        erase(parts, OWNER, PERSON)
    assert verify(parts.database, None, NOW_MS) == []
    assert "erasures" in _traces(parts)
    late = [violation(GUILD, NOW_MS - 500, PERSON, rule="r")]
    ingest_events(parts.database, late, NOW_MS)
    erasure.go_on_with_left(parts)
    assert "erasures" in _traces(parts)  # whoever is at it may live
    cast(Clock, parts.clock).advance(erasure.CLAIM_MS + 1)
    erasure.go_on_with_left(parts)
    assert _traces(parts) == []
    assert verify(parts.database, None, NOW_MS) == []
    assert anonymised(parts) == [11]


def test_an_erasure_that_fails_keeps_no_other_one_waiting(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (5, PERSON):
        with pytest.raises(Killed), at_step(monkeypatch, 1, die):
            erase(parts, OWNER, person)
    cast(Clock, parts.clock).advance(erasure.CLAIM_MS + 1)
    with at_step(monkeypatch, 1, die):
        erasure.go_on_with_left(parts)
    assert len(anonymised(parts)) == 1
    erasure.go_on_with_left(parts)
    assert sorted(anonymised(parts)) == [1, 10]


def test_without_redis_the_web_process_does_what_a_beat_would(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends what was left, tells of incidents that are over, and counts minutes again."""
    clock = cast(Clock, parts.clock)
    parts.materialise()
    with pytest.raises(Killed), at_step(monkeypatch, 1, die):
        erase(parts, OWNER, PERSON)
    clock.advance(CALM_MS + erasure.CLAIM_MS)
    forget_minutes(parts.database, clock() + DAY_MS)
    assert _left(parts) == ["incidents", "minutes", "erasures"]
    sweep_alone(parts)
    assert _left(parts) == []
    assert verify(parts.database, None, clock()) == []


def _left(parts: Parts) -> list[str]:
    now_ms = parts.clock()
    with parts.database.read() as connection:
        waits = {
            "incidents": not_told_over(connection, now_ms - CALM_MS),
            "minutes": minute_horizon(connection) > first_minute_kept(now_ms),
            "erasures": left_erasures(connection, now_ms, now_ms),
        }
    return [name for name, found in waits.items() if found]


def test_two_erasures_of_one_person_at_once_are_one(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "ROWS_AT_ONCE", 3)
    with at_step(monkeypatch, 2, lambda: erase(parts, OWNER, PERSON)):
        assert erase(parts, OWNER, PERSON) == Erased(violations=0, mailed_to=0)
    assert (_traces(parts), anonymised(parts)) == ([], [10])
    assert verify(parts.database, None, NOW_MS) == []


def test_who_has_others_erased_is_named_nowhere_once_erased(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they had asked for was still under way."""
    person = Authenticated(GUILD, PERSON, Owner, maker_id=PERSON)
    with at_step(monkeypatch, 1, lambda: erase(parts, OWNER, PERSON)):
        erase(parts, person, 5)
    cast(Clock, parts.clock).advance(erasure.CLAIM_MS + 1)
    erasure.go_on_with_left(parts)
    assert (_traces(parts), sorted(anonymised(parts))) == ([], [1, 10])


def test_who_has_themselves_erased_is_named_nowhere(parts: Parts) -> None:
    erase(parts, Authenticated(GUILD, PERSON, Owner, maker_id=PERSON), PERSON)
    assert _traces(parts) == []


def test_what_the_bot_said_of_a_change_names_them_no_more(parts: Parts) -> None:
    (change, *_) = bot_changes.ask_changes(parts, [GUILD], None, 10).changes
    said = f"<@{PERSON}> has turned that off, not {PERSON}0"
    bot_changes.end_change(parts, GUILD, UUID(change.id), BotChangeState.FAILED, said)
    erase(parts, OWNER, PERSON)
    shown = bot_changes.shown_changes(parts, GUILD, 10, None).changes
    (detail,) = (one.detail for one in shown if one.detail is not None)
    assert f"<@{PERSON}>" not in detail
    assert f"not {PERSON}0" in detail


def die() -> None:
    raise Killed


@contextmanager
def at_step(
    monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], object]
) -> Iterator[None]:
    """`act` happens before the erasure's step of this number begins, once."""
    steps = count(1)

    def locked(database: Database, guild_id: int) -> AbstractContextManager[Connection]:
        if next(steps) == number:
            act()
        return lock_for_a_step(database, guild_id)

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "locked", locked)
        yield


def anonymised(parts: Parts) -> list[int]:
    """Violations that each erasure made anonymous, by the audit log."""
    with parts.database.read() as connection:
        query = select(AuditEntry.details).where(AuditEntry.action == "members.erase")
        return [json.loads(details)["violations"] for details in connection.scalars(query)]


@pytest.mark.parametrize("moment", ["FROM violations", "FROM rollup_hours", "FROM rollup_days"])
def test_a_worker_that_had_read_the_person_does_not_bring_them_back(
    parts: Parts, moment: str
) -> None:
    with once_before(parts.database, moment, lambda: erase(parts, OWNER, PERSON)):
        materialise_dirty(parts.database, parts.cache, parts.clock)
    assert _traces(parts) == []
    assert verify(parts.database, None, NOW_MS) == []


def _streamed(parts: Parts) -> bytes:
    return b"".join(one.body for one in parts.stream.after(GUILD, 0, 10_000))


def test_a_publisher_that_had_read_the_person_does_not_bring_them_back(
    parts: Parts, valkey: Valkey, tmp_path: Path
) -> None:
    """Erased while it has the events in hand."""
    parts = _with_redis(parts, valkey, tmp_path)
    with once_before(parts.database, "FROM user_cache", lambda: erase(parts, OWNER, PERSON)):
        _publish(parts)
    assert str(PERSON).encode() not in _streamed(parts)
    with parts.database.read() as connection:
        assert count_waiting(connection) == 0
    parts.close()


def test_a_stream_that_could_not_be_told_is_dropped_by_the_next_publisher(
    parts: Parts, valkey: Valkey, tmp_path: Path
) -> None:
    """The process that erases cannot reach Redis."""
    publishing = _with_redis(parts, valkey, tmp_path)
    _publish(publishing)
    assert str(PERSON).encode() in _streamed(publishing)
    position = publishing.stream.last(GUILD)
    erase(parts, OWNER, PERSON)
    assert str(PERSON).encode() in _streamed(publishing)
    _publish(publishing)
    assert _streamed(publishing) == b""
    assert publishing.stream.last(GUILD) == position
    publishing.close()


def test_the_request_makes_no_snapshots(parts: Parts) -> None:
    """Neither of the guild nor of three hundred others that are dirty: workers do."""
    others = [violation(GUILD + number, NOW_MS) for number in range(1, 301)]
    ingest_events(parts.database, others, NOW_MS)
    erase(parts, OWNER, PERSON)
    with parts.database.read() as connection:
        assert count_dirty(connection) == 301
    read, _ = parts.snapshots.read(GUILD, Kind.TOP_OFFENDERS, Span.ALL)
    assert str(PERSON).encode() not in read.body
    assert b'"violation_count":10' in read.body


def _with_redis(parts: Parts, valkey: Valkey, tmp_path: Path) -> Parts:
    """The same installation, with a Redis."""
    settings = settings_for(parts.settings.database_url, tmp_path, valkey.url)
    return build_parts(settings, Clock())


def _publish(parts: Parts) -> None:
    publish_outbox(parts.database, parts.stream, parts.values, parts.clock)
