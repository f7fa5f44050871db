"""Since your last visit: by person, on the server's side, gone when read."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from domain.clock import rfc3339
from domain.visits import AWAY_MS
from domain.windows import HOUR_MS
from tests.parts import GUILD, NOW_MS, Web, event, ingest, messages, violation

SERVER = f"/api/v1/servers/{GUILD}"
HERE = {"since": None, "meanwhile": None}


def _come(client: FlaskClient) -> Any:
    answer = client.post(f"{SERVER}/visit")
    assert answer.status_code == 200, answer.data
    return answer.json


def test_what_happened_while_somebody_was_away(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    ingest(web.bot(), messages(GUILD, NOW_MS, count=1000))
    moderator, owner = web.reader(role="moderator"), web.reader(role="owner")
    assert _come(moderator) == _come(owner) == HERE
    web.clock.advance(AWAY_MS + HOUR_MS)
    now_ms = web.clock()
    raid = [violation(timestamp_ms=now_ms - 1000 * place, rule="Raid") for place in range(30)]
    pending = {"appeal_id": "a", "violation_id": raid[0]["id"], "status": "pending"}
    ingest(web.bot(), *raid, event("appeal", GUILD, now_ms, **pending))
    web.materialise()
    assert owner.put(f"{SERVER}/rules", json={"rules": "Be kind."}).status_code == 200
    told = _come(moderator)
    assert told["since"] == rfc3339(NOW_MS)
    meanwhile = told["meanwhile"]
    assert meanwhile["incidents_count"] == 1
    assert meanwhile["incidents"][0]["violation_count"] == 30
    assert (meanwhile["health_before"], meanwhile["health_now"] < 100) == (100, True)
    assert (meanwhile["alerts_opened"], meanwhile["alerts_open"]) == (1, 1)
    assert meanwhile["appeals_waiting"] == 1
    assert meanwhile["changes"] == []  # for those who may read the audit log


def test_changes_are_those_of_others(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    one, other = web.reader(role="owner"), web.reader(role="admin")
    _come(one)
    _come(other)
    web.clock.advance(AWAY_MS + 1)
    for rules in ("Be kind.", "Be nice."):
        one.put(f"{SERVER}/rules", json={"rules": rules})
    (change,) = _come(other)["meanwhile"]["changes"]
    assert (change["action"], change["times"]) == ("rules.update", 2)


def test_it_is_told_until_it_was_read_and_by_person(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    one, other = web.reader(), web.reader()
    for client in (one, other):
        _come(client)
    web.clock.advance(AWAY_MS + 1)
    assert _come(one)["since"] == rfc3339(NOW_MS)
    web.clock.advance(HOUR_MS)
    assert _come(one)["since"] == rfc3339(NOW_MS)
    assert one.post(f"{SERVER}/visit/read").status_code == 200
    assert _come(one) == HERE
    assert _come(other)["since"] == rfc3339(NOW_MS)
    web.clock.advance(AWAY_MS)
    assert _come(one) == HERE
