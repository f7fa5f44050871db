"""What a web process does beside answering goes on whatever happens to it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.redis import event_stream, snapshot_cache
from domain.windows import DAY_MS
from services.ingest.store import ingest_events
from tests.parts import GUILD, NOW_MS, Web, ingest, messages, until, violation
from tests.servers.valkey import Valkey
from tests.services.events import violation as shape

METRICS = f"/api/v1/servers/{GUILD}/metrics"
PATIENCE = 60  # seconds


@pytest.fixture
def web(whole_web: Web) -> Web:
    return whole_web


def begin_to_listen(web: Web) -> None:
    """Before anything was ingested: as it begins to listen it forgets every answer that it has.

    A thread does so some time after the first request, and then asks for a sweep.
    """
    assert web.client().get("/health/live").status_code == 200
    queue = web.parts.queue.broker
    until(lambda: queue.lengths()["celery"] > 0, PATIENCE, "a sweep is asked for")


def violations(web: Web, token: str) -> int:
    body: Any = web.client(token).get(METRICS).json
    return int(body["violations_total"])


def published(valkey: Valkey) -> int:
    with valkey.client() as client:
        length: Any = client.xlen(event_stream.stream_key(GUILD))
    return int(length)


def test_live_events_are_published_after_the_commit(web: Web, valkey: Valkey) -> None:
    for count in (1, 2, 3):
        ingest(web.bot(), violation(), messages())
        until(lambda count=count: published(valkey) == count, PATIENCE, "an event in the stream")  # type: ignore[misc]


def test_new_snapshots_are_heard_of(web: Web, valkey: Valkey) -> None:
    """The clock stands still: nothing leaves the process cache by age."""
    begin_to_listen(web)
    token = web.api_token()
    assert violations(web, token) == 0
    ingest(web.bot(), violation())
    assert violations(web, token) == 0
    web.parts.materialise()
    until(lambda: violations(web, token) == 1, PATIENCE, "the new snapshot")


def test_nonsense_on_the_channel_does_not_end_the_listening(web: Web, valkey: Valkey) -> None:
    token = web.api_token()
    for count, nonsense in enumerate([b"{", b"\xff", b'["x"]'], start=1):
        ingest(web.bot(), violation())
        web.parts.materialise()
        until(lambda count=count: violations(web, token) == count, PATIENCE, "the snapshot")  # type: ignore[misc]
        with valkey.client() as client:
            client.publish(snapshot_cache.CHANNEL, nonsense)


def test_what_was_announced_while_redis_was_away_is_asked_for_anew(
    web: Web, valkey: Valkey
) -> None:
    begin_to_listen(web)
    token = web.api_token()
    assert violations(web, token) == 0
    valkey.stop()
    ingest(web.bot(), violation())
    web.parts.materialise()
    assert violations(web, token) == 0
    valkey.start()
    until(lambda: violations(web, token) == 1, PATIENCE, "the new snapshot")

    def publishes_again() -> bool:
        ingest(web.bot(), violation())
        return published(valkey) >= 1

    until(publishes_again, PATIENCE, "an event in the stream")


def test_without_workers_this_process_lets_old_events_go(
    web_alone: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.background.PRUNE_EVERY_SECONDS", 0.05)
    old, new = (shape(GUILD, NOW_MS - days * DAY_MS) for days in (400, 1))
    ingest_events(web_alone.parts.database, [old, new], NOW_MS, live=False)
    address = f"/api/v1/servers/{GUILD}/violations"
    reader = web_alone.reader()

    def listed() -> list[str]:
        body: Any = reader.get(address).json
        assert body["total"] == len(body["violations"])
        return [one["id"] for one in body["violations"]]

    until(lambda: listed() == [str(new.id)], PATIENCE, "the old violation gone")
    assert reader.get(f"{address}/{old.id}").status_code == 404
    web_alone.materialise()
    offenders: Any = reader.get(f"/api/v1/servers/{GUILD}/top-offenders").json
    assert offenders["top_users"][0]["violation_count"] == 2
