"""Who had read a person before they were erased does not bring them back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.snapshot import Kind
from domain.spans import Span
from models.outbox import count_waiting
from models.snapshots.dirty import count_dirty
from services.container import Parts, build_parts
from services.ingest.store import ingest_events
from services.live.outbox import publish_outbox
from services.members.erasure import erase
from services.operations.rollups import verify
from services.snapshots.materialise import materialise_dirty
from tests.parts import NOW_MS, Clock, settings_for
from tests.servers.valkey import Valkey
from tests.services.events import violation
from tests.services.known_person import GUILD, OWNER, PERSON, parts_that_know, traces
from tests.services.moments import once_before

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    built = parts_that_know(database_url, tmp_path)
    yield built
    built.close()


@pytest.mark.parametrize("moment", ["FROM violations", "FROM rollup_hours", "FROM rollup_days"])
def test_a_worker_that_had_read_the_person_does_not_bring_them_back(
    parts: Parts, moment: str
) -> None:
    with once_before(parts.database, moment, lambda: erase(parts, OWNER, PERSON)):
        materialise_dirty(parts.database, parts.cache, parts.clock)
    assert traces(parts) == []
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
