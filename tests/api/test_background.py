"""What a web process does beside answering goes on whatever happens to it."""

from __future__ import annotations

from typing import Any

from adapters import event_stream, snapshot_cache
from tests.parts import GUILD, Web, ingest, messages, until, violation
from tests.servers.valkey import Valkey

METRICS = f"/api/v1/servers/{GUILD}/metrics"


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
        until(lambda count=count: published(valkey) == count, 5, "an event in the stream")  # type: ignore[misc]


def test_new_snapshots_are_heard_of(web: Web, valkey: Valkey) -> None:
    """The clock stands still: nothing leaves the process cache by age."""
    token = web.api_token()
    assert violations(web, token) == 0
    ingest(web.bot(), violation())
    assert violations(web, token) == 0
    web.materialise()
    until(lambda: violations(web, token) == 1, 5, "the new snapshot")


def test_nonsense_on_the_channel_does_not_end_the_listening(web: Web, valkey: Valkey) -> None:
    token = web.api_token()
    for count, nonsense in enumerate([b"{", b"\xff", b'["x"]'], start=1):
        ingest(web.bot(), violation())
        web.materialise()
        until(lambda count=count: violations(web, token) == count, 5, "the snapshot")  # type: ignore[misc]
        with valkey.client() as client:
            client.publish(snapshot_cache.CHANNEL, nonsense)


def test_what_was_announced_while_redis_was_away_is_asked_for_anew(
    web: Web, valkey: Valkey
) -> None:
    token = web.api_token()
    assert violations(web, token) == 0
    valkey.stop()
    ingest(web.bot(), violation())
    web.materialise()
    assert violations(web, token) == 0
    valkey.start()
    until(lambda: violations(web, token) == 1, 10, "the new snapshot")

    def publishes_again() -> bool:
        ingest(web.bot(), violation())
        return published(valkey) >= 1

    until(publishes_again, 10, "an event in the stream")
