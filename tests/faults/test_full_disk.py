"""A full data disk: reads go on, ingest asks to come again, and all is well once there is room."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from adapters.database import Database
from services.container import system_clock
from tests.faults.small_disk import fill, small_disk
from tests.parts import GUILD, make_token, messages, until, violation
from tests.servers.made import Made

__all__ = ["small_disk"]  # a fixture
pytestmark = pytest.mark.faults


def events(count: int) -> list[dict[str, object]]:
    now_ms = system_clock()
    many = [violation(timestamp_ms=now_ms, reason="x" * 900) for _ in range(count)]
    return [*many, messages(timestamp_ms=now_ms)]


def test_a_full_disk_stops_nothing_for_longer_than_it_is_full(small_disk: Path) -> None:
    made = Made(small_disk / "data")
    made.start()
    try:
        made.wait_until_complete()
        database = Database(f"sqlite:///{made.data_dir}/modwatch.db")
        bot = make_token(database, "bot", (), None, system_clock())
        reader = make_token(database, "api", (GUILD,), "viewer", system_clock())
        database.close()
        with httpx.Client(base_url=made.url, timeout=60) as client:
            _goes_on(made, client, bot, reader)
        _starts_on_a_full_disk(made)
    finally:
        made.end()


def _goes_on(made: Made, client: httpx.Client, bot: str, reader: str) -> None:
    def send(count: int) -> httpx.Response:
        body = {"events": events(count)}
        return client.post("/api/v1/ingest", json=body, headers={"Authorization": f"Bearer {bot}"})

    def read() -> int:
        path = f"/api/v1/servers/{GUILD}/metrics"
        return client.get(path, headers={"Authorization": f"Bearer {reader}"}).status_code

    assert send(10).status_code == 202
    before = made.pids_of("gunicorn") | made.pids_of("celery") | made.pids_of("valkey-server")
    filler = fill(made.data_dir.parent)
    refused = send(2000)
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True), refused.text
    assert refused.headers["Content-Type"] == "application/problem+json"
    for _ in range(30):
        assert read() == 200
        assert client.get("/health/live").status_code == 200
    filler.unlink()
    until(lambda: send(2000).status_code == 202, 60, "an ingest once there is room")
    after = made.pids_of("gunicorn") | made.pids_of("celery") | made.pids_of("valkey-server")
    assert after == before, made.output()


def _starts_on_a_full_disk(made: Made) -> None:
    made.supervisor_pid()
    made.end()
    filler = fill(made.data_dir.parent)
    again = Made(made.data_dir)
    again.start()
    try:
        until(lambda: "no room in" in again.output() or again.is_up(), 120, again.describe())
        filler.unlink()
        again.wait_until_complete()
        assert again.answers()
    finally:
        again.end()
