"""Live events of every kind: queued, published, heard, and shaped as documented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from flask import Flask

from domain.clock import rfc3339
from domain.export_life import ExportState
from schemas.events.live import LIVE_DATA, LIVE_EVENTS
from services.live.events import (
    LiveEvent,
    export_progress_event,
    notification_event,
    queue_live_events,
)
from services.live.outbox import publish_outbox
from services.live.relay import frame_of
from tests.parts import (
    GUILD,
    NOW_MS,
    OTHER_GUILD,
    Web,
    ingest,
    make_web,
    settings_for,
    until,
    violation,
)

ROOT = Path(__file__).resolve().parent.parent.parent
NOTIFICATION = notification_event(
    NOW_MS,
    uuid4(),
    event_type="mass_violations",
    title="14 violations",
    message="<b>9 members</b>",
    priority="high",
    link=None,
)
EXPORT = export_progress_event(NOW_MS, uuid4(), ExportState.RUNNING, 40.5)


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path), loops=True)
    yield made
    made.parts.close()


def published(web: Web, guild_id: int) -> list[LiveEvent]:
    """As clients get them."""
    publish_outbox(web.parts.database, web.parts.stream, web.parts.values, web.clock)
    return [orjson.loads(frame_of(event)) for event in web.parts.stream.after(guild_id, 0, 100)]


def test_events_of_features_are_queued_with_what_they_tell_of(web: Web) -> None:
    by_guild = {GUILD: [NOTIFICATION, EXPORT], OTHER_GUILD: [EXPORT]}
    with web.parts.database.write() as connection:
        queue_live_events(connection, by_guild, NOW_MS)
    with suppress(ZeroDivisionError), web.parts.database.write() as connection:
        queue_live_events(connection, by_guild, NOW_MS)
        raise ZeroDivisionError  # nothing that happened
    for guild_id, sent in by_guild.items():
        heard = published(web, guild_id)
        assert [{name: one[name] for name in sent[0]} for one in heard] == sent
        assert [one["id"].rpartition(":")[2] for one in heard] == ["1", "2"][: len(sent)]
        assert all(one["guild_id"] == str(guild_id) for one in heard)


def test_every_kind_is_shaped_as_documented(web: Web) -> None:
    # So many within moments that an alert opens.
    ingest(web.bot(), *(violation() for _ in range(10)))
    web.reader(role="admin").put(f"/api/v1/servers/{GUILD}/config", json={"buffer_threshold": 7})
    assert web.bot().get("/api/v1/bot/changes").status_code == 200  # the bot has the new config
    web.materialise()
    with web.parts.database.write() as connection:
        queue_live_events(connection, {GUILD: [NOTIFICATION, EXPORT]}, NOW_MS)

    def kinds() -> set[str]:
        return {event["type"] for event in published(web, GUILD)}

    # The application's own loop may be at it as well, and not be done.
    until(lambda: kinds() == set(LIVE_EVENTS), 60, "an event of every kind")
    for event in published(web, GUILD):
        assert LIVE_EVENTS[event["type"]]().validate(event) == {}
        assert set(event["data"]) == set(LIVE_DATA[event["type"]]().fields)
        assert event["timestamp"] == rfc3339(NOW_MS)


@pytest.mark.parametrize("kind", LIVE_DATA)
def test_the_guide_names_every_field(kind: str) -> None:
    lines = (ROOT / "docs" / "api.md").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(f"| `{kind}` |")]
    assert [name for name in LIVE_DATA[kind]().fields if f"`{name}`" not in line] == []


def test_the_openapi_document_has_them(web: Web) -> None:
    app: Flask = web.app
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    events = document["x-websocket"]["events"]
    assert set(events["discriminator"]["mapping"]) == set(LIVE_EVENTS)
    for path in events["discriminator"]["mapping"].values():
        assert path.removeprefix("#/components/schemas/") in document["components"]["schemas"]
