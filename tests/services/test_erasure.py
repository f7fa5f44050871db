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
from sqlalchemy import Connection, select

from adapters.database import Database
from domain.bot_changes import BotChangeState
from domain.incidents import CALM_MS
from domain.roles import Authenticated, Owner
from domain.windows import DAY_MS
from models.audit_log import AuditEntry, add_audit_entry
from models.erasure.under_way import left_erasures
from models.incidents.store import not_told_over
from models.rollups.horizon import minute_horizon
from services.bot import changes as bot_changes
from services.container import Parts
from services.ingest.store import ingest_events
from services.members import erasure
from services.members.erasure import Erased, erase
from services.operations.minutes import first_minute_kept, forget_minutes
from services.operations.rollups import locked as lock_for_a_step
from services.operations.rollups import verify
from services.operations.upkeep import sweep_alone
from services.snapshots.materialise import materialise_dirty
from tests.parts import NOW_MS, Clock
from tests.services.events import violation
from tests.services.known_person import GUILD, OWNER, PERSON, parts_that_know, traces

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    built = parts_that_know(database_url, tmp_path)
    yield built
    built.close()


def test_erasing_leaves_no_trace_and_every_count(parts: Parts) -> None:
    materialise_dirty(parts.database, parts.cache, parts.clock)
    assert {"audit_log", "outbox", "guild_rules", "access_tokens"} <= set(traces(parts))
    assert {"role_assignments", "user_warnings", "access_records"} <= set(traces(parts))
    assert {"user_cache", "wanted_users", "metric_snapshots", "raids"} <= set(traces(parts))
    assert "guild_user_names" in traces(parts)
    assert erase(parts, OWNER, PERSON) == Erased(violations=10, mailed_to=0)
    assert traces(parts) == []
    assert verify(parts.database, None, NOW_MS) == []


def test_what_an_earlier_bot_wrote_of_them_names_them_no_more(parts: Parts) -> None:
    """It wrote ids as numbers, or within its own words; ours are strings of JSON."""
    other = PERSON * 10
    said = (f"kicked {PERSON} and {other}", f'{{"user_id": {PERSON}, "n": [{other}]}}')
    with parts.database.write() as connection:
        for place, details in enumerate(said):
            id = UUID(int=place + 1)
            add_audit_entry(connection, GUILD, id, None, "kick", details, NOW_MS)
    erase(parts, OWNER, PERSON)
    with parts.database.read() as connection:
        kicks = select(AuditEntry.details).where(AuditEntry.action == "kick")
        words, document = connection.scalars(kicks.order_by(AuditEntry.id))
    told = json.loads(document)
    assert told["user_id"] < 0
    assert told["n"] == [other]
    assert words == f"kicked {told['user_id']} and {other}"


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
    assert "erasures" in traces(parts)
    late = [violation(GUILD, NOW_MS - 500, PERSON, rule="r")]
    ingest_events(parts.database, late, NOW_MS)
    erasure.go_on_with_left(parts)
    assert "erasures" in traces(parts)  # whoever is at it may live
    cast(Clock, parts.clock).advance(erasure.CLAIM_MS + 1)
    erasure.go_on_with_left(parts)
    assert traces(parts) == []
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
    assert (traces(parts), anonymised(parts)) == ([], [10])
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
    assert (traces(parts), sorted(anonymised(parts))) == ([], [1, 10])


def test_who_has_themselves_erased_is_named_nowhere(parts: Parts) -> None:
    erase(parts, Authenticated(GUILD, PERSON, Owner, maker_id=PERSON), PERSON)
    assert traces(parts) == []


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
