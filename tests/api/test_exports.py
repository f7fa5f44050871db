"""Exports over HTTP: asked for, followed, downloaded whole and in parts, by those who may."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from domain.export_life import MOST_WAITING
from domain.windows import DAY_MS
from models.accounts.tokens import AccessToken
from services.operations.upkeep import prune
from services.work.kinds import long_worker
from tests.parts import GUILD, OTHER_GUILD, Web, ingest, make_web, settings_for, violation

BASE = f"/api/v1/servers/{GUILD}/export"
OLD = f"/api/servers/{GUILD}/export"
CSV = {"export_type": "violations", "format": "csv", "mode": "raw"}

WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"export_type", "format"}),
    (CSV | {"export_type": "secrets"}, {"export_type"}),
    (CSV | {"format": "pdf"}, {"format"}),
    (CSV | {"mode": "wild"}, {"mode"}),
    (CSV | {"period": "decade"}, {"period"}),
    (CSV | {"from": "yesterday"}, {"from"}),
    (CSV | {"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}, {"to"}),
    (CSV | {"filters": {"colour": "red"}}, {"filters.colour"}),
    (CSV | {"filters": {"severity": "worst"}}, {"filters.severity"}),
    (CSV | {"filters": ["severity"]}, {"filters"}),
    (CSV | {"filters": {"severity": {"in": []}}}, {"filters"}),
    (CSV | {"compression": "zip"}, {"compression"}),
    (CSV | {"format": "xlsx", "compression": "gzip"}, {"compression"}),
    (CSV | {"more": 1}, {"more"}),
]


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """Exports are made when a test says so; on both databases in tests/services/exports."""
    made = make_web(settings_for(sqlite_url, tmp_path, LONG_PROCESSES="0"))
    ingest(made.bot(), *(violation(user_id=str(41 + place % 7)) for place in range(500)))
    yield made
    made.parts.close()


@pytest.fixture
def client(web: Web) -> FlaskClient:
    return web.reader(role="moderator")


def asked(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post(BASE, json=CSV | body)
    assert answer.status_code == 202, answer.data
    found: dict[str, Any] = answer.json or {}
    return found


def run_due(web: Web) -> None:
    long_worker(web.parts, Event()).run_due()


def made(web: Web, client: FlaskClient, **body: Any) -> dict[str, Any]:
    """As `GET export/{id}` shows it when it is done."""
    url = asked(client, **body)["status_url"]
    run_due(web)
    found: dict[str, Any] = client.get(url).json or {}
    assert found["status"] == "done", found
    return found


def test_from_the_wish_to_the_file(web: Web, client: FlaskClient) -> None:
    queued = asked(client)
    assert queued["status"] == "queued"
    shown = client.get(queued["status_url"]).json
    assert shown is not None
    assert (shown["progress"], shown["record_count"], shown["error"]) == (0, None, None)
    waiting = client.get(queued["download_url"])
    assert (waiting.status_code, waiting.json["detail"]) == (  # type: ignore[index]
        409,
        "the export is queued: its file is not there yet",
    )
    assert client.get(f"{queued['status_url']}/manifest").status_code == 409
    run_due(web)
    done = client.get(queued["status_url"]).json
    assert done is not None
    assert (done["status"], done["progress"], done["record_count"]) == ("done", 100, 500)
    file = client.get(queued["download_url"])
    assert (file.status_code, len(file.data)) == (200, done["file_size"])
    digest = sha256(file.data)
    assert digest.hexdigest() == done["sha256"]
    assert file.headers["Repr-Digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    assert file.headers["ETag"] == f'"{done["sha256"]}"'
    assert file.headers["Cache-Control"] == "private, no-store"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{done["file_name"]}"'
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert len({row["id"] for row in rows}) == 500


def test_the_manifest_says_what_the_file_is(web: Web, client: FlaskClient) -> None:
    done = made(web, client, filters={"user_id": "41", "severity": None})
    manifest = client.get(f"{done['status_url']}/manifest").json
    assert manifest is not None
    head = client.get(done["download_url"]).text.splitlines()[0]
    assert ",".join(column["name"] for column in manifest["columns"]) == head
    assert manifest["filters"] == {"user_id": "41"}
    assert (manifest["record_count"], manifest["sha256"]) == (72, done["sha256"])


def test_an_estimate_makes_nothing(web: Web, client: FlaskClient) -> None:
    done = made(web, client)
    estimate = client.post(f"{BASE}/estimate", json=CSV).json
    assert estimate is not None
    assert estimate["rows"] == 500
    assert 0.8 < estimate["bytes"] / done["file_size"] < 1.2
    assert "csv" in estimate["formats"]
    assert len(client.get(f"{BASE}/history").json["exports"]) == 1  # type: ignore[index]


def test_what_cannot_be_exported_says_which_field(client: FlaskClient) -> None:
    for body, fields in WRONG:
        for path in (BASE, f"{BASE}/estimate"):
            answer = client.post(path, json=body)
            assert answer.status_code == 422, body
            assert set((answer.json or {})["errors"]) == fields
    assert client.get(f"{BASE}/history").json == {"exports": [], "next_cursor": None}


def test_ranges(web: Web, client: FlaskClient) -> None:
    done = made(web, client)
    url, size = done["download_url"], done["file_size"]
    whole = client.get(url).data
    for asked_for, start, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, size),
        ("bytes=-10", size - 10, size),
        (f"bytes=0-{size * 2}", 0, size),
    ):
        part = client.get(url, headers={"Range": asked_for})
        assert (part.status_code, part.data) == (206, whole[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["Content-Length"] == str(end - start)
        assert part.headers["ETag"] == f'"{done["sha256"]}"'
    outside = client.get(url, headers={"Range": f"bytes={size}-"})
    assert (outside.status_code, outside.headers["Content-Range"]) == (416, f"bytes */{size}")
    for headers in (
        {"Range": "bytes=0-1,5-9"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=9-2"},
        {"Range": "bytes=0-9", "If-Range": '"another"'},
        {"Range": "bytes=0-9", "If-Range": "Wed, 18 Mar 2026 10:20:05 GMT"},
    ):
        answer = client.get(url, headers=headers)
        assert (answer.status_code, answer.data) == (200, whole)
    same = {"Range": "bytes=0-9", "If-Range": f'"{done["sha256"]}"'}
    assert client.get(url, headers=same).data == whole[:10]
    head = client.head(url)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(size))


def test_the_role_of_now_counts(web: Web, client: FlaskClient) -> None:
    done = made(web, client)
    assert client.get(done["download_url"]).status_code == 200
    with web.parts.database.write() as connection:
        connection.execute(AccessToken.__table__.update().values(role="viewer"))  # type: ignore[attr-defined]
    web.parts.access.forget()
    for path in (done["download_url"], done["status_url"], f"{BASE}/history"):
        assert client.get(path).status_code == 403


def test_another_server_has_no_such_export(web: Web, client: FlaskClient) -> None:
    done = made(web, client)
    other = web.reader(OTHER_GUILD, role="owner")
    for path in (done["status_url"], done["download_url"], f"{done['status_url']}/manifest"):
        assert other.get(path).status_code == 403
        assert other.get(path.replace(str(GUILD), str(OTHER_GUILD))).status_code == 404
    assert other.delete(done["status_url"].replace(str(GUILD), str(OTHER_GUILD))).status_code == 404
    assert client.get(done["download_url"]).status_code == 200
    assert client.get(f"{BASE}/{uuid4()}").status_code == 404
    assert client.delete(f"{BASE}/{uuid4()}").status_code == 404
    assert client.get(f"{BASE}/download/{uuid4()}").status_code == 404
    assert client.get(f"{BASE}/none").status_code == 400


def test_deleted_expired_and_damaged_files_are_gone(web: Web, client: FlaskClient) -> None:
    first, second = (made(web, client) for _ in range(2))
    known = set(web.parts.settings.export_dir.iterdir())
    third = made(web, client)
    assert client.delete(first["status_url"]).json == {"success": True, "status": "deleted"}
    assert client.get(first["download_url"]).status_code == 404
    (file,) = set(web.parts.settings.export_dir.iterdir()) - known
    file.write_bytes(file.read_bytes()[:-1])
    assert client.get(third["download_url"]).status_code == 410
    file.unlink()
    assert client.get(third["download_url"]).status_code == 410
    web.clock.advance(30 * DAY_MS)
    prune(web.parts)
    client = web.reader(role="moderator")
    gone = client.get(second["download_url"])
    assert (gone.status_code, client.get(second["status_url"]).json["status"]) == (410, "expired")  # type: ignore[index]
    assert client.get(f"{second['status_url']}/manifest").status_code == 200


def test_twenty_may_wait(web: Web, client: FlaskClient) -> None:
    for _ in range(MOST_WAITING):
        asked(client)
    refused = client.post(BASE, json=CSV)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    storage = client.get(f"{BASE}/storage").json
    assert storage is not None
    assert (storage["queued"], storage["most_queued"], storage["files"]) == (20, 20, 0)
    run_due(web)
    asked(client)
    storage = client.get(f"{BASE}/storage").json
    assert storage is not None
    assert (storage["queued"], storage["files"]) == (1, 20)


def test_a_named_request_makes_one_export(web: Web, client: FlaskClient) -> None:
    answers = [client.post(BASE, json=CSV, headers={"Idempotency-Key": "k"}) for _ in range(3)]
    assert len({answer.data for answer in answers}) == 1
    assert len(client.get(f"{BASE}/history").json["exports"]) == 1  # type: ignore[index]


def test_the_history_names_people_and_says_why(web: Web, client: FlaskClient) -> None:
    first = asked(client)
    client.delete(first["status_url"])
    second = made(web, client)
    rows = client.get(f"{BASE}/history?limit=10").json["exports"]  # type: ignore[index]
    assert {row["id"] for row in rows} == {first["id"], second["id"]}
    cancelled = next(row for row in rows if row["id"] == first["id"])
    assert (cancelled["error_code"], cancelled["error"]) == ("cancelled", "Somebody cancelled it.")
    assert cancelled["created_by"].startswith("token:")
    assert client.get(OLD + "/history").json == rows
    assert client.get(f"{BASE}/history?limit=0").status_code == 422


def test_the_history_has_pages(web: Web, client: FlaskClient) -> None:
    """Also where some began in one millisecond: the clock stands still meanwhile."""
    ids = {asked(client)["id"] for _ in range(5)}
    seen, more = [], ""
    for _ in range(3):
        answer: Any = client.get(f"{BASE}/history?limit=2{more}").json
        seen += [row["id"] for row in answer["exports"]]
        more = f"&cursor={answer['next_cursor']}"
    assert (len(seen), set(seen), answer["next_cursor"]) == (5, ids, None)
    assert client.get(f"{BASE}/history?cursor=x").status_code == 422


def test_what_was_taken_out_is_in_both_logs(web: Web, client: FlaskClient) -> None:
    done = made(web, client, filters={"user_id": "41"})
    client.get(done["download_url"])
    client.delete(done["status_url"])
    web.parts.reads.flush(web.parts.database)
    owner = web.reader(role="owner")
    log = owner.get(f"/api/v1/servers/{GUILD}/audit-log").json
    assert log is not None
    actions = {entry["action"]: entry["details"] for entry in log["entries"]}
    assert actions["exports.create"]["export"]["filters"] == {"user_id": "41"}
    assert "exports.delete" in actions
    reads = owner.get(f"/api/v1/servers/{GUILD}/access-log").json
    assert reads is not None
    assert any("export/download" in entry["what"] for entry in reads["entries"])


def test_without_anybody_to_make_it_an_older_client_is_not_kept_waiting(
    web: Web, client: FlaskClient
) -> None:
    answer = client.post(OLD, json=CSV | {"unknown": 1})
    assert (answer.status_code, (answer.json or {})["status"]) == (202, "queued")


def test_an_older_client_gets_its_file_at_once(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made by a process of its own, on the same settings, which this one starts."""
    # Where the machine is busy a start may take longer than is waited for.
    monkeypatch.setattr("api.routes.exports.WAIT_SECONDS", 120.0)
    web = make_web(settings_for(sqlite_url, tmp_path), loops=True)
    try:
        ingest(web.bot(), *(violation(user_id="41") for _ in range(20)))
        client = web.reader(role="moderator")
        answer = client.post(OLD, json=CSV)
        found: dict[str, Any] = answer.json or {}
        assert (answer.status_code, found["record_count"]) == (200, 20)
        assert "/" not in found["file_path"]
        assert len(client.get(found["download_url"]).data) == found["file_size"]
    finally:
        web.parts.close()
