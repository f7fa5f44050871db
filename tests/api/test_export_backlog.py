"""Exports that wait, run and are stuck: what `/metrics` and `/health` say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from adapters.exports import folder
from domain.export_life import LOOK_AGAIN_MS
from domain.long_work import LEASE_MS
from models.exports import turns
from models.exports.turns import Turn
from models.work.long import claim_next
from services.exports import turn
from services.exports.making import write_export
from services.operations.health import EXPORTS_LATE_MS
from services.operations.measures import measures
from services.work.kinds import long_worker
from tests.parts import GUILD, Web, ingest, make_web, settings_for, violation

Told = dict[str, Mapping[str, float]]
BASE = f"/api/v1/servers/{GUILD}/export"
CSV = {"export_type": "violations", "format": "csv"}


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path, LONG_PROCESSES="0"))
    ingest(made.bot(), violation())
    made.reader(role="moderator").post(BASE, json=CSV)
    yield made
    made.parts.close()


def run_due(web: Web) -> None:
    long_worker(web.parts, Event()).run_due()


def told(web: Web) -> Told:
    return {one.name.removeprefix("modwatch_exports_"): one.values for one in measures(web.parts)}


def health(web: Web) -> str:
    checks = (web.client().get("/health").json or {})["checks"]
    return str(checks["exports"]["status"])


def test_one_that_waits_and_one_that_lacks_room(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.clock.advance(7_000)
    assert told(web)["waiting"] == {"queued": 1, "running": 0, "stuck": 0}
    assert told(web)["oldest_queued_seconds"] == {"": 7}
    assert health(web) == "healthy"
    monkeypatch.setattr(folder, "reserved_bytes", lambda disk: disk)
    run_due(web)
    assert told(web)["waiting"] == {"queued": 1, "running": 0, "stuck": 1}
    assert health(web) == "degraded"
    monkeypatch.undo()
    web.clock.advance(LOOK_AGAIN_MS)
    run_due(web)
    assert told(web)["waiting"] == {"queued": 0, "running": 0, "stuck": 0}
    assert health(web) == "healthy"


def test_how_long_the_oldest_read_lasts(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Told] = []

    def look(*given: Any) -> Any:
        web.clock.advance(5_000)
        seen.append(told(web))
        return write_export(*given)

    monkeypatch.setattr(turn, "write_export", look)
    run_due(web)
    assert seen[0]["waiting"] == {"queued": 0, "running": 1, "stuck": 0}
    assert seen[0]["oldest_snapshot_seconds"] == {"": 5}
    assert told(web)["oldest_snapshot_seconds"] == {"": 0}


def test_one_whose_process_is_gone_waits_and_does_not_seem_to_run(web: Web) -> None:
    client = web.reader(role="moderator")

    def shown() -> tuple[str, float]:
        (one,) = (client.get(f"{BASE}/history").json or {})["exports"]
        assert client.get(one["status_url"]).json == one
        return one["status"], one["progress"]

    with web.parts.database.write() as connection:
        now_ms = web.clock()
        piece = claim_next(connection, now_ms, now_ms + LEASE_MS)
        assert piece is not None
        export = Turn(GUILD, UUID(piece.subject), piece.claim)
        assert turns.begin(connection, export, attempt=1, storage_key="0" * 32, now_ms=now_ms)
        turns.note(connection, export, rows_done=1, rows_estimated=2)
    assert shown() == ("running", 50)
    assert told(web)["waiting"] == {"queued": 0, "running": 1, "stuck": 0}
    web.clock.advance(LEASE_MS + 1)
    assert shown() == ("queued", 0)
    assert told(web)["waiting"] == {"queued": 1, "running": 0, "stuck": 0}
    assert "queued" in web.app.test_cli_runner().invoke(args=["exports", "list"]).output
    storage = client.get(f"{BASE}/storage").json or {}
    assert (storage["queued"], storage["running"]) == (1, 0)
    web.clock.advance(EXPORTS_LATE_MS)
    assert health(web) == "degraded", "nobody takes it"
    run_due(web)
    assert shown() == ("done", 100)
