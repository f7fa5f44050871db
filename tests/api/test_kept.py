"""What is written down of readers and writers, and whose change counts when two make one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask.testing import FlaskClient

from tests.parts import GUILD, OTHER_GUILD, Web, ingest, violation

OWN = f"/api/v1/servers/{GUILD}"


def read(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"{OWN}/{path}")
    assert answer.status_code == 200, answer.data
    return answer.json


def put_config(client: FlaskClient, version: object, threshold: int) -> int:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    body = {"buffer_threshold": threshold}
    return client.put(f"{OWN}/config", json=body, headers=headers).status_code


def test_of_many_changes_to_one_version_one_is_made(web: Web) -> None:
    owner = web.reader(role="owner")
    assert put_config(owner, None, 9) == 200
    web.clock.advance(1)
    version = read(owner, "config")["version"]

    def change(number: int) -> int:
        return put_config(web.reader(role="admin"), version, 100 + number)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(change, range(8)))
    assert sorted(answers) == [200] + [412] * 7
    config = read(owner, "config")
    assert config["version"] == version + 1
    assert config["buffer_threshold"] == 100 + answers.index(200)
    entries = [
        one for one in read(owner, "audit-log")["entries"] if one["action"] == "config.update"
    ]
    assert entries[0]["details"]["before"] == {"buffer_threshold": 9}
    assert entries[0]["details"]["after"] == {"buffer_threshold": config["buffer_threshold"]}
    assert len(entries) == 2


def test_a_version_that_is_none_changes_nothing(web: Web) -> None:
    owner = web.reader(role="owner")
    assert put_config(owner, 0, 9) == 200
    for version in (0, 2, -1, "x", "1.0", "9" * 40):
        assert put_config(owner, version, 5) == 412, version
    assert put_config(owner, 1, 7) == 200
    assert put_config(owner, "*", 8) == 200
    assert read(owner, "config")["buffer_threshold"] == 8


def test_what_a_page_reads_by_itself_is_counted_apart_and_never_hidden(web: Web) -> None:
    """On the way of the routes, and on the quick one."""
    ingest(web.bot(), violation())
    web.materialise()
    viewer = web.reader(role="viewer")
    for path in ("metrics", "config"):
        for headers in ({}, {"Modwatch-Renewal": "1"}, {"Modwatch-Renewal": "1"}):
            assert viewer.get(f"{OWN}/{path}", headers=headers).status_code == 200
    assert viewer.get(f"{OWN}/rules", headers={"Modwatch-Renewal": "1"}).status_code == 200
    web.parts.reads.flush(web.parts.database)
    entries = read(web.reader(role="owner"), "access-log")["entries"]
    counts = {entry["what"].rpartition("/")[2]: entry for entry in entries}
    assert {what: (one["count"], one["renewals"]) for what, one in counts.items()} == {
        "metrics": (3, 2),
        "config": (3, 2),
        "rules": (1, 1),
    }


def test_an_owner_sees_who_read_and_exported_what(web: Web) -> None:
    ingest(web.bot(), violation(user_id="41"))
    web.materialise()
    viewer, moderator = web.reader(role="viewer"), web.reader(role="moderator")
    for _ in range(3):
        read(viewer, "metrics")
    read(viewer, "warnings/41")
    assert viewer.get(f"{OWN}/audit-log").status_code == 403
    assert moderator.get(f"{OWN}/violations/export?format=csv&severity=low").status_code == 200
    assert moderator.get(f"/api/v1/servers/{OTHER_GUILD}/metrics").status_code == 403
    web.parts.reads.flush(web.parts.database)
    owner = web.reader(role="owner")
    readers: dict[str, dict[str, int]] = {}
    for entry in read(owner, "access-log")["entries"]:
        route = entry["what"].removeprefix("/api/v1/servers/<guild_id>/")
        readers.setdefault(entry["reader"], {})[route] = entry["count"]
    assert all(name.startswith("token:") for name in readers)
    assert sorted(readers.values(), key=len) == [
        {"violations/export": 1},
        {"metrics": 3, "warnings/<user_id>": 1},
    ]
    (exported,) = read(owner, "audit-log")["entries"]
    assert exported["action"] == "violations.export"
    assert exported["details"]["filters"] == {"format": "csv", "severity": "low"}
