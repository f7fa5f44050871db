"""Every answer about violations has the name of the channel beside its id, in one look-up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as engine_event

from services.work.kinds import long_worker
from tests.parts import (
    GUILD,
    NOW_MS,
    OTHER_GUILD,
    JsonObject,
    Web,
    ingest,
    make_web,
    settings_for,
    violation,
)

BASE = f"/api/v1/servers/{GUILD}"
MEMBER = "41"
# Newest first: in a channel with a name, in one without, in one that only another server named.
NAMED = [("1300", "general"), ("1301", None), ("1302", None), (None, None)]


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    plain = database_url.replace("+psycopg", "")
    made = make_web(settings_for(plain, tmp_path, LONG_PROCESSES="0"))
    ingest(made.bot(), *(hit(place, *named) for place, named in enumerate(NAMED)))
    ingest(made.bot(), hit(0, "1302", "theirs", OTHER_GUILD))
    made.materialise()
    yield made
    made.parts.close()


@pytest.fixture
def reader(web: Web) -> FlaskClient:
    return web.reader(role="moderator")


def hit(place: int, id: str | None, name: str | None, guild_id: int = GUILD) -> JsonObject:
    at_ms = NOW_MS - 1_000 * place
    return violation(guild_id, at_ms, user_id=MEMBER, channel_id=id, channel_name=name)


def read(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"{BASE}/{path}")
    assert answer.status_code == 200, answer.data
    return answer.json


def channels_of(rows: list[JsonObject]) -> list[tuple[str | None, str | None]]:
    return [(row["channel_id"] or None, row["channel_name"] or None) for row in rows]


def test_lists_have_names(reader: FlaskClient) -> None:
    listed = read(reader, "violations")["violations"]
    one = read(reader, f"violations/{listed[1]['id']}")
    assert channels_of(listed) == NAMED
    assert channels_of([one]) == NAMED[1:2]
    assert channels_of(one["history"]) == NAMED
    assert channels_of(read(reader, f"warnings/{MEMBER}")["violations"]) == NAMED
    assert channels_of(read(reader, "overview")["latest_violations"]) == NAMED


def test_what_is_streamed_has_names(reader: FlaskClient) -> None:
    text = reader.get(f"{BASE}/violations/export?format=csv").get_data(as_text=True)
    assert channels_of(list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))) == NAMED


@pytest.mark.parametrize("format", ["csv", "json", "ndjson"])
def test_exports_have_names(web: Web, reader: FlaskClient, format: str) -> None:
    """In those and in workbooks as the list has them: tests/services/exports/test_violations.py."""
    body = {"export_type": "violations", "format": format, "mode": "raw"}
    asked: Any = reader.post(f"{BASE}/export", json=body).json
    long_worker(web.parts, Event()).run_due()
    assert channels_of(rows_in(format, reader.get(asked["download_url"]).data)) == NAMED


def rows_in(format: str, data: bytes) -> list[JsonObject]:
    if format == "csv":
        return list(csv.DictReader(io.StringIO(data.decode())))
    if format == "ndjson":
        return [orjson.loads(line) for line in data.splitlines()]
    rows: list[JsonObject] = orjson.loads(data)["rows"]
    return rows


def test_a_channel_that_is_renamed_is_so_in_finished_answers(web: Web, reader: FlaskClient) -> None:
    """In those of the latest violations too, which are older than the new name."""
    before = read(reader, "overview")
    web.clock.advance(60_000)
    ingest(web.bot(), violation(GUILD, NOW_MS + 60_000, channel_id="1300", channel_name="plaza"))
    web.materialise()
    after = read(reader, "overview")
    assert after["version"] > before["version"]
    assert channels_of(after["latest_violations"]) == [("1300", "plaza")] * 2 + NAMED[1:]


def test_more_rows_take_no_more_statements(web: Web, reader: FlaskClient) -> None:
    path, statements, thread = f"{BASE}/violations?limit=", [], get_ident()

    def note(*args: Any) -> None:
        if get_ident() == thread:  # what publishes beside asks as well
            statements.append(args[2])

    reader.get(f"{path}1")  # from here on it is known who that is
    engine_event.listen(web.parts.database.engine, "before_cursor_execute", note)
    counts = []
    for limit in (1, len(NAMED)):
        statements.clear()
        reader.get(f"{path}{limit}")
        counts.append(len(statements))
    engine_event.remove(web.parts.database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] > 0
    assert len([one for one in statements if "channel_names" in one]) == 1
