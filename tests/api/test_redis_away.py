"""Redis goes away and comes back, or was never there: everything is answered, nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import text

from adapters.redis.event_stream import stream_key
from api import background
from models.snapshots.dirty import count_dirty
from services.container import system_clock
from services.live.outbox import publish_outbox
from tests.api.routes import SNAPSHOT_READS
from tests.discord.server import Discord
from tests.parts import (
    GUILD,
    Clock,
    Web,
    ingest,
    make_web,
    messages,
    settings_for,
    until,
    violation,
)
from tests.servers.valkey import Valkey


def outbox(web: Web) -> list[int]:
    with web.parts.database.read() as connection:
        return list(connection.scalars(text("SELECT event_offset FROM outbox ORDER BY 1")))


def publish(web: Web) -> int:
    return publish_outbox(web.parts.database, web.parts.stream, web.parts.values, web.clock) or 0


def published(valkey: Valkey) -> list[str]:
    with valkey.client() as client:
        entries: Any = client.xrange(stream_key(GUILD))
        return [id.decode() for id, _ in entries]


def test_events_are_taken_and_wait_until_redis_is_back(web: Web, valkey: Valkey) -> None:
    bot = web.bot()
    valkey.stop()
    for _ in range(3):
        assert ingest(bot, violation(), violation()).status_code == 202
    assert outbox(web) == [1, 3, 5]
    assert publish(web) == 0
    assert outbox(web) == [1, 3, 5]
    valkey.start()
    assert web.parts.redis.ping()
    assert publish(web) == 6
    assert outbox(web) == []
    assert published(valkey) == ["1-0", "2-0", "3-0", "4-0", "5-0", "6-0"]


def test_publishing_again_adds_nothing(web: Web, valkey: Valkey) -> None:
    """A publisher that died before it could delete what it had published."""
    valkey.stop()
    ingest(web.bot(), violation(), violation())
    with web.parts.database.read() as connection:
        kept = connection.execute(text("SELECT * FROM outbox")).mappings().one()
    valkey.start()
    assert web.parts.redis.ping()
    publish(web)
    with web.parts.database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO outbox (guild_id, event_offset, events, created_ms)"
                " VALUES (:guild_id, :event_offset, :events, :created_ms)"
            ),
            dict(kept),
        )
    publish(web)
    assert published(valkey) == ["1-0", "2-0"]
    assert outbox(web) == []


def test_a_long_backlog_goes_out_whole(web: Web, valkey: Valkey) -> None:
    """More than one batch, by number and by length; the stream keeps the end of it."""
    bot = web.bot()
    valkey.stop()
    for _ in range(3):
        assert (
            ingest(bot, *(violation(reason="x" * 1_000) for _ in range(2_000))).status_code == 202
        )
    for _ in range(205):
        ingest(bot, violation())
    assert len(outbox(web)) == 208
    valkey.start()
    assert web.parts.redis.ping()
    until(lambda: publish(web) >= 0 and outbox(web) == [], 120, "an empty outbox")
    kept = [int(id.removesuffix("-0")) for id in published(valkey)]
    assert kept == list(range(kept[0], 6_206))
    assert len(kept) >= 1_000


def test_reads_are_answered_without_redis(web: Web, valkey: Valkey) -> None:
    ingest(web.bot(), violation(), messages(count=40))
    web.materialise()
    reader = web.reader()
    valkey.stop()
    for read in SNAPSHOT_READS:
        web.parts.snapshots.forget_all()
        answer = reader.get(f"/api/v1/servers/{GUILD}/{read}")
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "snapshot"), read


def test_health_is_degraded_without_redis(web: Web, valkey: Valkey) -> None:
    valkey.stop()
    answer = web.client().get("/health")
    body: Any = answer.json
    assert (answer.status_code, body["status"]) == (200, "degraded")
    states = {name: check["status"] for name, check in body["checks"].items()}
    assert states["database"] == states["storage"] == "healthy"
    assert states["cache"] == states["broker"] == "degraded"
    assert web.client().get("/health/ready").status_code == 200


def test_redis_never_keeps_an_older_answer_as_if_it_were_fresh(web: Web, valkey: Valkey) -> None:
    """It stalls just when new snapshots are to go into it, and then has the ones before."""
    bot, reader, address = web.bot(), web.reader(), f"/api/v1/servers/{GUILD}/metrics"
    ingest(bot, violation())
    web.materialise()
    ingest(bot, violation())
    with valkey.client() as client:
        client.client_pause(60_000, all=False)
        web.materialise()
        client.client_unpause()
    assert web.parts.redis.ping()
    web.materialise()
    web.parts.snapshots.forget_all()
    body: Any = reader.get(address).json
    assert body["violations_total"] == 2
    with web.parts.database.read() as connection:
        assert count_dirty(connection) == 0


@pytest.mark.parametrize("trouble", ["full", "needs a password", "read only"])
def test_a_redis_that_refuses_is_as_good_as_none(
    whole_web_on_sqlite: Web, valkey: Valkey, trouble: str
) -> None:
    """Out of memory, with new credentials, or a replica that took over: commands are errors."""
    web = whole_web_on_sqlite
    bot, reader = web.bot(), web.reader()
    with valkey.client() as client:
        _make_trouble(client, trouble)
        try:
            assert ingest(bot, violation()).status_code == 202
            web.materialise()
            for read in SNAPSHOT_READS:
                answer = reader.get(f"/api/v1/servers/{GUILD}/{read}")
                assert answer.status_code == 200, read
            assert web.client().get("/health").status_code == 200
        finally:
            _end_trouble(client)


def _make_trouble(client: redis.Redis, trouble: str) -> None:
    if trouble == "full":
        client.config_set("maxmemory", 1)
    elif trouble == "needs a password":
        client.config_set("requirepass", "secret")
        client.client_kill_filter(_type="normal", skipme=True)
    else:
        client.slaveof("127.0.0.1", 1)


def _end_trouble(client: redis.Redis) -> None:
    client.slaveof()
    client.config_set("requirepass", "")
    client.config_set("maxmemory", 0)


def test_without_any_redis_this_process_makes_the_snapshots(web_alone: Web) -> None:
    ingest(web_alone.bot(), violation(), messages(count=40))
    reader, address = web_alone.reader(), f"/api/v1/servers/{GUILD}/metrics"

    def is_made() -> bool:
        web_alone.clock.advance(1)  # a claim ends at the moment after it was given back
        web_alone.parts.snapshots.forget_all()
        body: Any = reader.get(address).json
        assert (body["violations_total"], body["messages_processed"]) == (1, 40)
        return bool(body["version"] >= 1)

    until(is_made, 60, "a snapshot")
    health: Any = web_alone.client().get("/health").json
    assert health["status"] == "degraded"


def test_without_any_redis_this_process_finds_out_names(
    sqlite_url: str, discord: Discord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "WRITE_DOWN_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(background, "RESOLVE_EVERY_SECONDS", 0.05)
    stranger = discord.world.add_user(username="ada").id
    named = {name.removeprefix("MODWATCH_"): text for name, text in discord.settings().items()}
    settings = settings_for(sqlite_url, tmp_path, **named)
    web = make_web(settings, Clock(system_clock()), loops=True)
    ingest(web.bot(), violation(timestamp_ms=web.clock(), user_id=str(stranger)))
    reader = web.reader()

    def username() -> str | None:
        listed: Any = reader.get(f"/api/v1/servers/{GUILD}/violations").json
        shown: str | None = listed["violations"][0]["username"]
        return shown

    until(lambda: username() == "ada", 60, "a name")
    asked = [seen.path for seen in discord.journal.requests()]
    assert sum(path.endswith(f"/users/{stranger}") for path in asked) == 1
    web.parts.close()
