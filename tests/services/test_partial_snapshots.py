"""What was touched is made, and nothing else; and the whole is as if all had been made."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.roles import Authenticated, Owner
from domain.snapshot import Kind
from domain.spans import Span
from domain.touched import DOCUMENTS, EVERY_DOCUMENT, Cause, touched_by
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.snapshots.dirty import Mark, mark_dirty, waiting_documents
from models.snapshots.dirty_claims import claim_dirty
from schemas.events.structs import (
    AppealEvent,
    Event,
    GuildEvent,
    Snowflake,
    TimestampMs,
    WarningEvent,
)
from services.container import Parts, build_parts
from services.guilds.changes import put_config
from services.ingest.store import ingest_events
from services.members.changes import (
    AppealDecidedError,
    clear_member,
    clear_members,
    decide_appeal,
)
from services.members.erasure import erase
from services.operations.rollups import rebuild
from services.snapshots.materialise import LEASE_MS, mark_slid, materialise_dirty
from tests.parts import Clock, examples, settings_for
from tests.services import stored
from tests.services.events import heartbeat, messages, user, violation
from tests.services.histories import NOW_MS, Made, made
from tests.services.moments import once_before
from tests.services.test_ingest_concurrency import at_once

GUILD = 3 * 10**17
MESSAGES = touched_by(Cause.MESSAGES)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    plain = database_url.replace("+psycopg", "")
    built = build_parts(settings_for(plain, tmp_path), Clock(NOW_MS))
    yield built
    built.close()


def _make(parts: Parts, now_ms: int = NOW_MS) -> int:
    return materialise_dirty(parts.database, stored.no_cache(), lambda: now_ms)


def _as_if_all_were_made(parts: Parts, guild_ids: list[int], now_ms: int) -> None:
    mark_slid(parts.database, now_ms)
    _make(parts, now_ms)
    whole = stored.made_bodies(parts.database, guild_ids, now_ms)
    for key, body in stored.kept_bodies(parts.database, guild_ids, now_ms).items():
        assert body == whole[key], key


# What is done, to which guild, and to whom; how far the clock moves before it, and whether the
# snapshots are made before it. Two hosts may differ by a minute: no shorter step back is looked at,
# nor do some of these come to one together.
JUMPS = (0, 0, 0, MINUTE_MS, HOUR_MS, -10 * MINUTE_MS, -HOUR_MS, DAY_MS, -2 * DAY_MS, 40 * DAY_MS)
DONE = ("event", "event", "event", "clear", "clear_all", "appeal", "zone", "erase", "rebuild")
steps = st.lists(
    st.tuples(
        st.sampled_from(DONE),
        st.integers(0, 2),
        st.integers(1, 4),
        st.sampled_from(JUMPS),
        st.booleans(),
    ),
    max_size=8,
)


@settings(
    deadline=None,
    max_examples=examples(6),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=made(), done=steps)
def test_after_any_history_each_document_is_that_of_a_whole_run(
    parts: Parts, history: Made, done: list[tuple[str, int, int, int, bool]]
) -> None:
    clock = parts.clock
    assert isinstance(clock, Clock)
    clock.now_ms = NOW_MS
    events = deque(history.events)
    singly = [events.pop() for _ in range(min(len(events), len(done)))]
    ingest_events(parts.database, list(events), NOW_MS + 5 * MINUTE_MS)
    for action, guild, person, jump_ms, is_made in done:
        if is_made:
            _as_if_all_were_made(parts, history.guild_ids, clock())
        clock.advance(jump_ms)
        if action != "event":
            _do(parts, action, history.guild_ids[guild], person)
        elif singly:
            ingest_events(parts.database, [singly.pop()], max(clock(), NOW_MS + 5 * MINUTE_MS))
    _as_if_all_were_made(parts, history.guild_ids, clock())


def _do(parts: Parts, action: str, guild_id: int, person: int) -> None:
    who = Authenticated(guild_id, 1, Owner, maker_id=1)
    base = guild_id // 1_000 * 1_000
    user_id = base + person if person <= 2 else base + 100 * (guild_id - base + 1) + person
    does: dict[str, Callable[[], object]] = {
        "clear": lambda: clear_member(parts, who, user_id),
        "clear_all": lambda: clear_members(parts, who, NOW_MS + HOUR_MS),
        "appeal": lambda: _decide(parts, who, "abca"[person - 1], person),
        "zone": lambda: _move(parts, who, person),
        "erase": lambda: erase(parts, who, user_id),
        "rebuild": lambda: rebuild(parts.database, [guild_id], parts.clock()),
    }
    does[action]()


def _move(parts: Parts, who: Authenticated[Owner], place: int) -> None:
    zones = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu")
    put_config(parts, who, {"timezone": zones[place - 1]}, None)


def _decide(parts: Parts, who: Authenticated[Owner], appeal_id: str, place: int) -> None:
    try:
        decide_appeal(parts, who, appeal_id, ("approved", "denied")[place % 2])
    except AppealDecidedError:
        assert stored.rows(parts.database, "appeals", [who.guild_id])


def _lively(parts: Parts) -> None:
    """A guild with something in each of its answers: a raid, a moderator, an appeal, a warning."""
    hits = [violation(GUILD, NOW_MS - 60_000 - ago, 1 + ago % 2, rule="r") for ago in range(12)]
    judged = violation(GUILD, NOW_MS - HOUR_MS - 1, 3, moderator_id=9, response_time_ms=70)
    older = violation(GUILD, NOW_MS - 9 * DAY_MS, 4, rule="s")
    ingest_events(parts.database, [*hits, judged, older, messages(GUILD, NOW_MS, 50)], NOW_MS)
    pending = AppealEvent(
        id=uuid4(),
        guild_id=Snowflake(GUILD),
        timestamp=TimestampMs(NOW_MS),
        appeal_id="a",
        violation_id=judged.id,
        status="pending",
    )
    warned = WarningEvent(
        id=uuid4(),
        guild_id=Snowflake(GUILD),
        timestamp=TimestampMs(NOW_MS),
        user_id=Snowflake(1),
        level=2,
    )
    ingest_events(parts.database, [pending, warned], NOW_MS)


WHO = Authenticated(GUILD, 1, Owner, maker_id=1)
CHANGES: dict[str, Callable[[Parts], object]] = {
    "messages": lambda parts: _ingest(parts, messages(GUILD, NOW_MS, 7)),
    "violation": lambda parts: _ingest(parts, violation(GUILD, NOW_MS, 4, moderator_id=9)),
    "an earlier begin": lambda parts: _ingest(parts, heartbeat(GUILD, NOW_MS - 20 * DAY_MS)),
    "late violation": lambda parts: _ingest(parts, violation(GUILD, NOW_MS - 40 * DAY_MS, 1)),
    "a name of a member": lambda parts: _ingest(parts, user(GUILD, NOW_MS, 1, "ada")),
    "a name heard elsewhere": lambda parts: _ingest(parts, user(GUILD + 1, NOW_MS, 2, "bob")),
    "a name of a moderator": lambda parts: _ingest(parts, user(GUILD, NOW_MS, 9, "mod")),
    "members": lambda parts: _ingest(parts, _members(8)),
    "clear": lambda parts: clear_member(parts, WHO, 1),
    "appeal": lambda parts: decide_appeal(parts, WHO, "a", "approved"),
    "zone": lambda parts: put_config(parts, WHO, {"timezone": "Asia/Kathmandu"}, None),
    "erase": lambda parts: erase(parts, WHO, 1),
}


def _members(count: int) -> GuildEvent:
    return GuildEvent(
        id=uuid4(),
        guild_id=Snowflake(GUILD),
        timestamp=TimestampMs(NOW_MS),
        member_count=count,
    )


def _ingest(parts: Parts, event: Event) -> None:
    ingest_events(parts.database, [event], NOW_MS)


def test_each_change_by_itself_leaves_the_whole(parts: Parts) -> None:
    """One after the other, from a guild with something in each answer; and each does show."""
    _lively(parts)
    _as_if_all_were_made(parts, [GUILD], NOW_MS)
    for name, change in CHANGES.items():
        before = stored.made_bodies(parts.database, [GUILD], NOW_MS)
        change(parts)
        assert stored.made_bodies(parts.database, [GUILD], NOW_MS) != before, name
        _as_if_all_were_made(parts, [GUILD], NOW_MS)


def _made_at(parts: Parts) -> dict[tuple[str, str], int]:
    rows = stored.rows(parts.database, "metric_snapshots", [GUILD])
    return {(row[1], row[2]): row[5] for row in rows}


def test_a_count_of_messages_has_the_figures_made_and_nothing_else(parts: Parts) -> None:
    ingest_events(parts.database, [violation(GUILD, NOW_MS), messages(GUILD, NOW_MS)], NOW_MS)
    _make(parts)
    assert set(_made_at(parts).values()) == {NOW_MS}
    ingest_events(parts.database, [messages(GUILD, NOW_MS)], NOW_MS)
    _make(parts, NOW_MS + 1)
    figures = {Kind.METRICS, Kind.HEALTH, Kind.OVERVIEW}
    for (kind, _), made_ms in _made_at(parts).items():
        assert made_ms == (NOW_MS + 1 if kind in figures else NOW_MS)


def test_what_moved_on_meanwhile_is_made_with_it(parts: Parts) -> None:
    """The guild's answers are all of one time, though only some were touched."""
    ingest_events(parts.database, [violation(GUILD, NOW_MS)], NOW_MS)
    _make(parts)
    later_ms = NOW_MS + MINUTE_MS
    ingest_events(parts.database, [messages(GUILD, NOW_MS)], later_ms)
    _make(parts, later_ms)
    hour = {made_ms for (_, span), made_ms in _made_at(parts).items() if span == Span.HOUR}
    assert hour == {later_ms}


def test_killed_with_a_mask_nothing_is_forgotten(parts: Parts) -> None:
    """What the dead worker had taken along is made with what came after it."""
    ingest_events(parts.database, [violation(GUILD, NOW_MS)], NOW_MS)
    _make(parts)
    ingest_events(parts.database, [violation(GUILD, NOW_MS)], NOW_MS)
    with parts.database.write() as connection:
        (claimed,) = claim_dirty(connection, uuid4(), NOW_MS, LEASE_MS, 10)
    assert claimed.documents == EVERY_DOCUMENT
    ingest_events(parts.database, [messages(GUILD, NOW_MS)], NOW_MS)
    with parts.database.read() as connection:
        assert waiting_documents(connection, GUILD) == EVERY_DOCUMENT
    assert _make(parts, NOW_MS + LEASE_MS + 1) == 1
    assert set(_made_at(parts).values()) == {NOW_MS + LEASE_MS + 1}
    assert stored.rows(parts.database, "dirty_guilds", [GUILD]) == []


def test_what_was_touched_meanwhile_alone_is_made_after_it(parts: Parts) -> None:
    ingest_events(parts.database, [violation(GUILD, NOW_MS)], NOW_MS)

    def count() -> None:
        ingest_events(parts.database, [messages(GUILD, NOW_MS)], NOW_MS)

    times = iter(range(NOW_MS, NOW_MS + 10))
    with once_before(parts.database, "FROM rollup_days", count):
        assert materialise_dirty(parts.database, stored.no_cache(), lambda: next(times)) == 2
    last = {key for key, made_ms in _made_at(parts).items() if made_ms > NOW_MS}
    assert {kind for kind, _ in last} == {Kind.METRICS, Kind.HEALTH, Kind.OVERVIEW}
    _as_if_all_were_made(parts, [GUILD], NOW_MS + 10)


def test_two_at_once_leave_the_whole(parts: Parts) -> None:
    ingest_events(parts.database, [violation(GUILD, NOW_MS)], NOW_MS)

    def work() -> None:
        for _ in range(5):
            ingest_events(parts.database, [messages(GUILD, NOW_MS, 3)], NOW_MS)
            _make(parts)

    at_once([work, work])
    _as_if_all_were_made(parts, [GUILD], NOW_MS)
    assert stored.rows(parts.database, "dirty_guilds", [GUILD]) == []


def test_a_mark_of_the_former_release_means_whole_spans(parts: Parts) -> None:
    """It knows no documents: its statement is this one, on a row of ours or on none."""
    former = (
        "INSERT INTO dirty_guilds (guild_id, dirty_since_ms, spans, revision, claimed_until_ms)"
        f" VALUES ({GUILD}, {NOW_MS}, 3, 1, 0) ON CONFLICT (guild_id) DO UPDATE"
        " SET revision = dirty_guilds.revision + 1, spans = dirty_guilds.spans | excluded.spans"
    )
    for before in ([], [Mark(GUILD, NOW_MS, touched_by(Cause.WARNINGS))]):
        with parts.database.write() as connection:
            mark_dirty(connection, before)
            connection.exec_driver_sql(former)
            (claimed,) = claim_dirty(connection, uuid4(), NOW_MS, LEASE_MS, 10)
            connection.exec_driver_sql("DELETE FROM dirty_guilds")
        meant = {DOCUMENTS[place] for place in range(27) if claimed.documents >> place & 1}
        of_two = {one for one in DOCUMENTS if one[1] in (Span.HOUR, Span.DAY)}
        assert meant >= of_two
        assert bool(before) or meant == of_two
