"""The audit log: every entry on one page or another, and no page larger than a megabyte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from adapters.database import Database
from domain.roles import Authenticated, Owner
from models.accounts.tokens import tokens_of_guild
from models.audit_log import add_audit_entry
from schemas.events.structs import AppealEvent, Snowflake, TimestampMs
from services.audit.log import AuditPage, audit_page
from services.container import Parts, build_parts
from services.guilds.changes import put_rules
from services.ingest.store import ingest_events
from tests.parts import NOW_MS, Clock, make_token, settings_for
from tests.services.events import user, violation

GUILD = 700
MEGABYTE = 1024 * 1024


@pytest.fixture
def parts(sqlite_url: str, tmp_path: Path) -> Iterator[Parts]:
    built = build_parts(settings_for(sqlite_url, tmp_path), Clock())
    yield built
    built.close()


def _pages(database: Database, limit: int) -> Iterator[AuditPage]:
    cursor = None
    while True:
        page = audit_page(database, GUILD, limit=limit, cursor=cursor)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


def _add(parts: Parts, lengths: list[int]) -> None:
    """As an earlier release wrote them: with the whole text."""
    with parts.database.write() as connection:
        for number, length in enumerate(lengths):
            details = orjson.dumps({"after": "😀" * length}).decode()
            id = UUID(int=number + 1)
            add_audit_entry(connection, GUILD, id, None, "rules.update", details, NOW_MS)


@pytest.mark.parametrize("limit", [1, 7, 25, 200])
def test_every_entry_is_on_one_page(parts: Parts, limit: int) -> None:
    lengths = [20_000, 1, 1, 20_000] * 15 + [400_000]
    _add(parts, lengths)
    pages = list(_pages(parts.database, limit))
    shown = [entry.id for page in pages for entry in page.entries]
    assert shown == [str(UUID(int=number)) for number in range(len(lengths), 0, -1)]
    for page in pages:
        assert 0 < len(page.entries) <= limit
        is_one_alone = len(page.entries) == 1
        assert is_one_alone or len(orjson.dumps(page)) < 1.2 * MEGABYTE


def test_a_change_of_long_rules_is_written_down_shortly(parts: Parts) -> None:
    """Twenty thousand emoji, over and over: the log and the live event hold what differs."""
    who = Authenticated(GUILD, 1, Owner)
    clock = parts.clock
    assert isinstance(clock, Clock)
    for number in range(20):
        clock.advance(1)
        put_rules(parts, who, "😀" * 19_990 + str(number))
    (page,) = _pages(parts.database, 200)
    assert len(orjson.dumps(page)) < 20 * 4_000
    assert page.entries[0].details["after"].endswith("19")
    with parts.database.read() as connection:
        events = connection.exec_driver_sql("SELECT max(length(events)) FROM outbox").scalar_one()
    assert events < 4_000


def test_people_and_things_are_named(database_url: str, tmp_path: Path) -> None:
    """On both databases; what another bot logged under the same names does no harm."""
    built = build_parts(settings_for(database_url, tmp_path), Clock())
    hit = violation(GUILD, NOW_MS, 41)
    appeal = AppealEvent(
        id=uuid4(),
        guild_id=Snowflake(GUILD),
        timestamp=TimestampMs(NOW_MS),
        appeal_id="a1",
        violation_id=hit.id,
        status="pending",
    )
    ingest_events(built.database, [hit, user(GUILD, NOW_MS, 41, "ada"), appeal], NOW_MS)
    make_token(built.database, "api", [GUILD], "viewer", NOW_MS)
    with built.database.read() as connection:
        (made,) = tokens_of_guild(connection, GUILD)
    token = str(made.id)
    entries: list[tuple[str, Any]] = [
        ("roles.assign", {"user_id": "41"}),
        ("appeals.decide", {"appeal_id": "a1"}),
        ("appeals.decide", {"appeal_id": "unknown"}),
        ("tokens.revoke", {"id": token}),
        ("channels.delete", {"before": {"id": "gone"}}),
        ("mute", {"user_id": "everybody"}),
    ]
    with built.database.write() as connection:
        for number, (action, details) in enumerate(entries):
            text = orjson.dumps(details).decode()
            add_audit_entry(
                connection, GUILD, UUID(int=number), None, action, text, NOW_MS - number
            )
    shown = audit_page(built.database, GUILD, limit=50).entries
    about = [[(one.kind, one.id, one.name) for one in entry.about] for entry in shown]
    assert about == [
        [("member", "41", "ada")],
        [("violation", str(hit.id), None)],
        [],
        [("token", token, "test")],
        [("channel", "gone", None)],
        [("member", "everybody", None)],
    ]
    built.close()


@pytest.mark.parametrize("levels", [1, 100, 101, 254, 1_000, 9_000])
@pytest.mark.parametrize(("before", "after"), [("[", "]"), ('{"a":', "}")])
def test_what_an_earlier_bot_nested_is_shown_however_deep(
    parts: Parts, levels: int, before: str, after: str
) -> None:
    details = before * levels + "0" + after * levels
    with parts.database.write() as connection:
        add_audit_entry(connection, GUILD, uuid4(), None, "kick", details, NOW_MS)
    (entry,) = audit_page(parts.database, GUILD, limit=1).entries
    (told,) = orjson.loads(orjson.dumps([{"entries": [entry]}]))
    assert told["entries"][0]["details"] == (orjson.loads(details) if levels <= 100 else details)


def test_ids_of_an_earlier_bot_keep_their_digits(parts: Parts) -> None:
    """175928847299117063 is 175928847299117060 to JavaScript."""
    details = '{"user_id": 175928847299117063, "by": [9007199254740992, true, -1]}'
    with parts.database.write() as connection:
        add_audit_entry(connection, GUILD, uuid4(), None, "kick", details, NOW_MS)
    (entry,) = audit_page(parts.database, GUILD, limit=1).entries
    assert entry.details == {"user_id": "175928847299117063", "by": [9007199254740992, True, -1]}
    assert [one.kind for one in entry.about] == ["member"]
