"""A live event leaves the outbox only when it is out, whatever happens in between."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from adapters.cache_aside import CacheAside
from adapters.database import Database
from adapters.event_stream import EventStream, stream_key
from adapters.redis_link import RedisLink
from services.ingest import ingest_events
from services.outbox import publish_outbox
from tests.servers.valkey import Valkey
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS
from tests.services.moments import failing, once_before

GUILD = 10**17


class CrashError(Exception):
    """The process ends here."""


def _published(valkey: Valkey) -> list[str]:
    with valkey.client() as client:
        entries: Any = client.xrange(stream_key(GUILD))
    return [id.decode() for id, _ in entries]


def _publish(database: Database, valkey: Valkey) -> int | None:
    link = RedisLink(valkey.url)
    try:
        return publish_outbox(database, EventStream(link), CacheAside(link))
    finally:
        link.close()


def test_an_event_is_out_before_its_row_goes(database: Database, valkey: Valkey) -> None:
    seen: list[str] = []
    ingest_events(database, [violation(GUILD, NOW_MS) for _ in range(3)], NOW_MS)
    with once_before(database, "DELETE FROM outbox", lambda: seen.extend(_published(valkey))):
        assert _publish(database, valkey) == 3
    assert seen == ["1-0", "2-0", "3-0"]
    assert stored.rows(database, "outbox", [GUILD]) == []


def test_a_crash_between_the_two_publishes_nothing_twice(
    database: Database, valkey: Valkey
) -> None:
    def crash() -> None:
        raise CrashError

    ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    with once_before(database, "DELETE FROM outbox", crash), pytest.raises(CrashError):
        _publish(database, valkey)
    assert len(stored.rows(database, "outbox", [GUILD])) == 1
    ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    _publish(database, valkey)
    assert _published(valkey) == ["1-0", "2-0"]
    assert stored.rows(database, "outbox", [GUILD]) == []


def test_what_was_rolled_back_is_never_out(database: Database, valkey: Valkey) -> None:
    with failing(database, "seen_rules"), pytest.raises(DBAPIError, match="refused"):
        ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    assert _publish(database, valkey) == 0
    ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    _publish(database, valkey)
    assert _published(valkey) == ["1-0"]
