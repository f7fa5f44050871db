"""Incidents over HTTP: a raid is one thing, with members, actions, a timeline and notes."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.windows import MINUTE_MS
from tests.parts import GUILD, NOW_MS, Web, event, ingest, violation

SERVER = f"/api/v1/servers/{GUILD}"
INCIDENTS = f"{SERVER}/incidents"
BEGAN_MS = NOW_MS - 3 * MINUTE_MS


def _raid() -> list[dict[str, Any]]:
    """60 violations by 24 members within two minutes, in two bursts; the last ones are banned."""
    return [
        violation(
            timestamp_ms=BEGAN_MS + place * 1000 + (MINUTE_MS if place >= 30 else 0),
            user_id=str(1000 + place % 24),
            rule="No invites",
            reason="invite link",
            channel_id=str(70 + place % 2),
            action_taken="Banned" if place >= 36 else "Message deleted and warned",
        )
        for place in range(60)
    ]


def _bystanders() -> list[dict[str, Any]]:
    """Two who swore meanwhile."""
    return [
        violation(timestamp_ms=BEGAN_MS + 10_500, user_id=str(id), rule="Be nice") for id in (1, 2)
    ]


@pytest.fixture
def raided(web_on_sqlite: Web) -> Web:
    web = web_on_sqlite
    warned = event("warning", GUILD, NOW_MS, user_id="1003", level=3)
    ingest(web.bot(), *_raid(), *_bystanders(), warned)
    web.materialise()
    return web


def _read(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.data
    return answer.json


def _one(client: FlaskClient) -> Any:
    (found,) = _read(client, INCIDENTS)["incidents"]
    return found


def test_two_bursts_of_one_raid_are_one_incident_without_bystanders(raided: Web) -> None:
    one = _one(raided.reader())
    assert (one["state"], one["violation_count"], one["member_count"]) == ("going_on", 60, 24)
    assert one["bystander_violations"] == 2
    assert (one["actions"]["warning"], one["actions"]["ban"]) == (36, 24)
    assert [(rule["rule_name"], rule["violation_count"]) for rule in one["rules"]] == [
        ("No invites", 60)
    ]
    assert [(at["channel_id"], at["violation_count"]) for at in one["channels"]] == [
        ("70", 30),
        ("71", 30),
    ]
    raided.clock.advance(5 * MINUTE_MS)
    assert _one(raided.reader())["state"] == "over"
    assert _read(raided.reader(), f"{INCIDENTS}?state=going_on")["incidents"] == []


def test_its_members_and_what_was_done_to_each(raided: Web) -> None:
    client = raided.reader()
    one = _one(client)
    detail = _read(client, f"{INCIDENTS}/{one['id']}")
    assert {name: detail[name] for name in one} == one
    assert len(detail["members"]) == 24
    assert detail["members_cursor"] is None
    counts = [member["violation_count"] for member in detail["members"]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == 60
    warned = next(member for member in detail["members"] if member["user_id"] == "1003")
    assert (warned["warning_level"], warned["actions"]["ban"]) == (3, 1)
    page = _read(client, f"{INCIDENTS}/{one['id']}/members?limit=20")
    rest = f"{INCIDENTS}/{one['id']}/members?cursor={page['members_cursor']}"
    assert [*page["members"], *_read(client, rest)["members"]] == detail["members"]


def test_its_pace_and_its_timeline(raided: Web) -> None:
    client = raided.reader()
    detail = _read(client, f"{INCIDENTS}/{_one(client)['id']}")
    assert sum(detail["series"]["violations"]) == 60
    assert len(detail["series"]["violations"]) <= 60
    kinds = [(entry["kind"], entry["action"]) for entry in detail["timeline"]]
    assert kinds == [
        ("began", None),
        ("first_action", "warning"),
        ("first_action", "ban"),
        ("alert_opened", None),
    ]


def test_the_alert_and_the_major_events_lead_to_it(raided: Web) -> None:
    client = raided.reader()
    one = _one(client)
    (alert,) = _read(client, f"{SERVER}/alerts?state=open")["alerts"]
    assert alert["incident_id"] == one["id"]
    events = _read(client, f"{SERVER}/temporal-analytics?period=day")["major_events"]
    assert [event["incident_id"] for event in events] == [one["id"]]


def test_the_list_of_its_violations_holds_what_it_counts(raided: Web) -> None:
    client = raided.reader()
    listed = f"{SERVER}/violations?incident={_one(client)['id']}"
    found = _read(client, f"{listed}&limit=200")
    assert found["total"] == len(found["violations"]) == 60
    assert _read(client, f"{listed}&action=ban")["total"] == 24
    unknown = f"{SERVER}/violations?incident=00000000-0000-4000-8000-000000000000"
    assert _read(client, unknown)["total"] == 0
    assert client.get(f"{SERVER}/violations?incident=7").status_code == 422


def test_who_looks_after_it_and_notes(raided: Web) -> None:
    moderator = raided.reader(role="moderator")
    address = f"{INCIDENTS}/{_one(moderator)['id']}"
    taken: Any = moderator.post(f"{address}/take").json
    assert taken["looked_after_by"]
    assert moderator.post(f"{address}/take").json == taken
    (alert,) = _read(moderator, f"{SERVER}/alerts?state=open")["alerts"]
    assert (alert["state"], alert["acknowledged_by"]) == ("acknowledged", taken["looked_after_by"])
    assert "taken" in [entry["kind"] for entry in taken["timeline"]]
    noted: Any = moderator.post(f"{address}/notes", json={"text": "Invites closed."}).json
    assert [note["text"] for note in noted["notes"]] == ["Invites closed."]
    assert (noted["notes_count"], noted["revision"] > taken["revision"]) == (1, True)
    left: Any = moderator.post(f"{address}/leave").json
    assert left["looked_after_by"] is None
    for written, status in (("", 422), ("x" * 1001, 422), (7, 422)):
        assert moderator.post(f"{address}/notes", json={"text": written}).status_code == status
    assert raided.reader().post(f"{address}/take").status_code == 403


def test_the_warnings_of_its_members_are_cleared_in_one_step(raided: Web) -> None:
    moderator = raided.reader(role="moderator")
    address = f"{INCIDENTS}/{_one(moderator)['id']}"
    cleared: Any = moderator.post(f"{address}/clear-warnings").json
    assert {member["warning_level"] for member in cleared["members"]} == {0}
    log = _read(raided.reader(role="admin"), f"{SERVER}/audit-log")["entries"]
    assert log[0]["action"] == "incidents.clear_warnings"
    assert log[0]["details"]["members"] == {"1003": 3}
    told = _read(moderator, f"{SERVER}/bot-changes")["changes"]
    assert [(one["kind"], one["data"]["user_ids"]) for one in told] == [
        ("warnings.bulk_clear", ["1003"])
    ]
    moderator.post(f"{address}/clear-warnings")
    again = _read(raided.reader(role="admin"), f"{SERVER}/audit-log")["entries"]
    assert again == log


def test_incidents_page_by_page(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    for hours in range(1, 6):
        shift_ms = hours * 60 * MINUTE_MS
        burst = [violation(timestamp_ms=NOW_MS - shift_ms + place) for place in range(10)]
        ingest(web.bot(), *burst)
    web.materialise()
    client = web.reader()
    first = _read(client, f"{INCIDENTS}?limit=3")
    rest = _read(client, f"{INCIDENTS}?limit=3&cursor={first['next_cursor']}")
    ids = [one["id"] for one in first["incidents"] + rest["incidents"]]
    assert len(set(ids)) == 5
    assert rest["next_cursor"] is None
    middle = _read(client, f"{INCIDENTS}/{ids[2]}")
    assert (middle["next_id"], middle["previous_id"]) == (ids[1], ids[3])
    assert client.get(f"{INCIDENTS}?cursor=none").status_code == 422
    assert client.get(f"{INCIDENTS}?state=never").status_code == 422
    gone = f"{INCIDENTS}/00000000-0000-4000-8000-000000000000"
    assert client.get(gone).status_code == 404
