"""Exports in a bucket: the same life, and downloads that go there."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event
from uuid import UUID

import httpx
import pytest

from adapters.exports.storage import NoFileError
from domain.export_life import LOOK_AGAIN_MS, ExportState
from domain.task_names import TaskName
from services.exports.download import open_file
from services.exports.retention import prune_exports
from services.operations.upkeep import prune
from services.work.kinds import long_worker
from tests.adapters.test_task_queue import waiting
from tests.parts import GUILD, Web, ingest, make_web, settings_for, violation
from tests.servers.seaweed import BUCKET, seaweed, seaweed_process
from tests.servers.valkey import Valkey
from tests.services.exports.life import ask_one, files, row_of, run_due

__all__ = ["seaweed", "seaweed_process"]  # fixtures
BASE = f"/api/v1/servers/{GUILD}/export"
CSV = {"export_type": "violations", "format": "csv", "mode": "raw"}


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path, seaweed: str, valkey: Valkey) -> Iterator[Web]:
    more = {"LONG_PROCESSES": "0", "EXPORT_STORAGE": f"s3://{BUCKET}/{tmp_path.name}/exports"}
    made = make_web(settings_for(sqlite_url, tmp_path, valkey.url, **more))
    ingest(made.bot(), *(violation(user_id="41") for _ in range(500)))
    yield made
    made.parts.close()


def test_it_lies_there_and_is_fetched_from_there(web: Web) -> None:
    client = web.reader(role="moderator")
    asked = client.post(BASE, json=CSV).json
    assert asked is not None
    long_worker(web.parts, Event()).run_due()
    shown = client.get(asked["status_url"]).json
    assert shown is not None
    assert (shown["status"], files(web.parts)) == ("done", [])
    answer = client.get(asked["download_url"])
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "private, no-store")
    there = httpx.get(answer.headers["Location"])
    assert sha256(there.content).hexdigest() == shown["sha256"]
    assert there.headers["Content-Disposition"] == f'attachment; filename="{shown["file_name"]}"'
    part = httpx.get(answer.headers["Location"], headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, there.content[:10])
    plain = answer.headers["Location"].partition("?")[0]
    assert httpx.get(plain).status_code == 403
    row = row_of(web.parts, UUID(shown["id"]))
    with open_file(web.parts, row) as copy:  # for reports that carry it along
        assert copy.read() == there.content


def test_what_no_export_names_is_removed_there_as_well(web: Web) -> None:
    client = web.reader(role="moderator")
    kept, deleted = (ask_one(web.parts) for _ in range(2))
    run_due(web.parts)
    assert len(web.parts.exports.names()) == 2
    assert client.delete(f"{BASE}/{deleted}").status_code == 200
    assert prune_exports(web.parts) == 1
    assert web.parts.exports.names() == [row_of(web.parts, kept).storage_key]


def test_an_erased_member_is_removed_there_by_a_worker_at_once(web: Web, valkey: Valkey) -> None:
    """Whoever has an address that is signed still finds nothing there."""
    owner = web.reader(role="owner")
    id = ask_one(web.parts)
    run_due(web.parts)
    key = row_of(web.parts, id).storage_key
    assert key is not None
    signed = owner.get(f"{BASE}/download/{id}").headers["Location"]
    here = web.parts.settings.export_dir / key
    here.write_bytes(b"as before there was a bucket")
    assert b",41," in httpx.get(signed).content
    assert owner.delete(f"/api/v1/servers/{GUILD}/members/41").status_code == 200
    assert owner.get(f"{BASE}/download/{id}").status_code == 410
    assert TaskName.PRUNE in waiting(valkey)
    prune(web.parts)  # which is that task
    assert (web.parts.exports.names(), row_of(web.parts, id).error_code) == ([], "erased")
    assert not here.exists()
    assert httpx.get(signed).status_code != 200
    with pytest.raises(NoFileError):  # asked anew: a minute may have gone by
        web.parts.exports.signed_url(key)


def test_a_file_that_is_gone_from_there_is_said_to_be_gone(web: Web) -> None:
    """A rule of the bucket may have deleted it, or somebody's hand."""
    client, id = web.reader(role="moderator"), ask_one(web.parts)
    run_due(web.parts)
    key = row_of(web.parts, id).storage_key
    assert key is not None
    web.parts.exports.remove([key])
    answer = client.get(f"{BASE}/download/{id}")
    assert (answer.status_code, b"not there any more" in answer.get_data()) == (410, True)


def test_what_was_made_before_there_was_a_bucket_comes_from_here(web: Web) -> None:
    client, id = web.reader(role="moderator"), ask_one(web.parts)
    run_due(web.parts)
    key = row_of(web.parts, id).storage_key
    assert key is not None
    here = web.parts.settings.export_dir / key
    with web.parts.exports.open(key) as file:
        data = file.read()
    web.parts.exports.remove([key])
    here.write_bytes(data)
    answer = client.get(f"{BASE}/download/{id}")
    assert (answer.status_code, answer.get_data()) == (200, data)
    here.unlink()
    assert client.get(f"{BASE}/download/{id}").status_code == 410


def test_a_download_is_led_there_though_the_bucket_does_not_answer_us(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks may reach what we do not."""
    client, id = web.reader(role="moderator"), ask_one(web.parts)
    run_due(web.parts)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    del web.parts.exports.store  # type: ignore[attr-defined]
    assert client.get(f"{BASE}/download/{id}").status_code == 302


def test_it_waits_while_the_bucket_is_away(
    web: Web, monkeypatch: pytest.MonkeyPatch, seaweed: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    id = ask_one(web.parts)
    assert run_due(web.parts) == 0
    row = row_of(web.parts, id)
    assert (row.state, row.error_code) == (ExportState.QUEUED, "storage_away")
    assert prune_exports(web.parts) == 0
    monkeypatch.setenv("AWS_ENDPOINT_URL", seaweed)
    del web.parts.exports.store  # type: ignore[attr-defined]
    web.clock.advance(LOOK_AGAIN_MS)
    assert run_due(web.parts) == 1
    assert web.parts.exports.names() == [row_of(web.parts, id).storage_key]
