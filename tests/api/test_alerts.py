"""Alerts over HTTP: lists, trails, and changes that carry the revision they were made from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from domain.clock import rfc3339
from domain.windows import DAY_MS, HOUR_MS
from models.alerts.store import TrailRow, add_trail
from services.alerts.shown import MOST_TRAIL
from tests.parts import GUILD, NOW_MS, Web, ingest, violation

ALERTS = f"/api/v1/servers/{GUILD}/alerts"
HOOK = "https://discord.com/api/webhooks/1300/secret-of-the-hook"


@pytest.fixture
def firing(web_on_sqlite: Web) -> FlaskClient:
    """A moderator's client, on a server with a raid going on and a channel."""
    web = web_on_sqlite
    admin = web.reader(role="admin")
    preferences = f"/api/v1/servers/{GUILD}/notification-preferences"
    hooked = {"discord_webhook_url": HOOK, "muted_until": rfc3339(NOW_MS + HOUR_MS)}
    assert admin.put(preferences, json=hooked).status_code == 200
    ingest(web.bot(), *(violation(timestamp_ms=NOW_MS - 1000 * place) for place in range(10)))
    web.materialise()
    return web.reader(role="moderator")


def _one(client: FlaskClient) -> dict[str, Any]:
    answer: Any = client.get(f"{ALERTS}?state=open").json
    (alert,) = answer["alerts"]
    return dict(alert)


def test_the_life_of_an_alert(firing: FlaskClient) -> None:
    alert = _one(firing)
    address = f"{ALERTS}/{alert['id']}"
    assert (alert["state"], alert["revision"]) == ("firing", 1)
    seen: Any = firing.post(f"{address}/acknowledge", json={"revision": 1}).json
    assert (seen["state"], seen["revision"]) == ("acknowledged", 2)
    assert seen["acknowledged_by"]
    until = rfc3339(NOW_MS + HOUR_MS)
    snoozed: Any = firing.post(f"{address}/snooze", json={"until": until, "revision": 2}).json
    assert (snoozed["state"], snoozed["snoozed_until"]) == ("snoozed", until)
    stale = firing.post(f"{address}/resolve", json={"revision": 2})
    assert stale.status_code == 409
    over: Any = firing.post(f"{address}/resolve", json={"revision": 3}).json
    assert (over["state"], over["closed_reason"]) == ("resolved", "by_hand")
    assert firing.post(f"{address}/acknowledge", json={}).status_code == 409
    assert firing.get(address).json == over
    trail: Any = firing.get(f"{address}/trail").json
    kinds = [entry["kind"] for entry in trail["trail"]]
    assert kinds[0] == "opened"
    assert {"acknowledged", "snoozed", "resolved", "delivery_held"} <= set(kinds)
    assert all(entry["text"] for entry in trail["trail"])


@pytest.mark.parametrize(
    ("action", "body", "status", "field"),
    [
        ("snooze", {}, 422, "until"),
        ("snooze", {"until": rfc3339(NOW_MS - 1)}, 422, "until"),
        ("snooze", {"until": rfc3339(NOW_MS + DAY_MS + 1)}, 422, "until"),
        ("snooze", {"until": "tomorrow"}, 422, "until"),
        ("acknowledge", {"revision": "1"}, 422, "revision"),
        ("acknowledge", {"revision": 0}, 422, "revision"),
        ("resolve", {"reason": "x"}, 422, "reason"),
    ],
)
def test_what_bad_input_gets(
    firing: FlaskClient, action: str, body: dict[str, Any], status: int, field: str
) -> None:
    alert = _one(firing)
    answer = firing.post(f"{ALERTS}/{alert['id']}/{action}", json=body)
    assert answer.status_code == status
    said: Any = answer.json
    assert list(said["errors"]) == [field]
    assert _one(firing) == alert


def test_what_is_not_there_is_404(firing: FlaskClient) -> None:
    for way in ("", "/trail"):
        assert firing.get(f"{ALERTS}/{uuid4()}{way}").status_code == 404
    for action in ("acknowledge", "resolve"):
        assert firing.post(f"{ALERTS}/{uuid4()}/{action}", json={}).status_code == 404


def test_why_it_was_not_sent(firing: FlaskClient) -> None:
    server = f"/api/v1/servers/{GUILD}"
    page: Any = firing.get(f"{server}/notifications").json
    id = next(one["id"] for one in page["notifications"] if one["event_type"] == "mass_violations")
    decided: Any = firing.get(f"{server}/notifications/{id}/decisions").json
    (decision,) = decided["decisions"]
    assert (decision["decision"], decision["reason"]) == ("held", "muted")
    assert decision["text"] == "Messages of this server are muted."
    assert decision["until"] == rfc3339(NOW_MS + HOUR_MS)
    said: Any = firing.get(f"{server}/notification-preferences/explain?event=bot_offline").json
    assert said["decisions"][0]["reason"] == "muted"
    listed: Any = firing.get(f"{server}/deliveries?status=held").json
    assert [one["channel"]["kind"] for one in listed["deliveries"]] == ["discord"]
    refused = firing.post(f"{server}/deliveries/{listed['deliveries'][0]['id']}/retry", json={})
    assert refused.status_code == 403  # channels are the admins'
    for everything in (page, decided, said, listed):
        assert "secret-of" not in str(everything)


def test_a_channel_made_later_is_told_when_somebody_says_so(
    web_on_sqlite: Web, firing: FlaskClient
) -> None:
    """Once, held by the mute as any other; what would not be told says why, and changes nothing."""
    admin = web_on_sqlite.reader(role="admin")
    alert = _one(firing)
    address, channels = f"{ALERTS}/{alert['id']}/tell", f"/api/v1/servers/{GUILD}/channels"

    def made(**choices: Any) -> dict[str, str]:
        settings = {"url": f"https://hooks.slack.com/services/T0/B0/{uuid4().hex}"}
        answer: Any = admin.post(channels, json={"kind": "slack", "settings": settings, **choices})
        assert answer.status_code == 201, answer.data
        return {"channel_id": answer.json["channel"]["id"]}

    new, deaf = made(), made(events=["bot_offline"])
    assert admin.post(address, json=new).status_code == 200
    trail: Any = admin.get(f"{ALERTS}/{alert['id']}/trail").json
    told = [each for each in trail["trail"] if each["channel_id"] == new["channel_id"]]
    assert [(each["kind"], each["reason"]) for each in told] == [("delivery_held", "muted")]
    again = admin.post(address, json=new)
    refused = admin.post(address, json=deaf)
    assert (again.status_code, refused.status_code) == (409, 409)
    assert b"event_not_on_channel" in refused.data
    assert admin.get(f"{ALERTS}/{alert['id']}/trail").json == trail
    missing: Any = admin.post(address, json={"channel_id": str(uuid4())})
    assert (missing.status_code, list(missing.json["errors"])) == (422, ["channel_id"])
    assert firing.post(address, json=new).status_code == 403
    assert firing.post(f"{ALERTS}/{alert['id']}/resolve", json={}).status_code == 200
    assert admin.post(address, json=made()).status_code == 409


def test_of_a_long_trail_the_latest_is_shown(web: Web) -> None:
    """And how much there is before that."""
    ingest(web.bot(), *(violation(timestamp_ms=NOW_MS - 1000 * place) for place in range(10)))
    web.materialise()
    client = web.reader(role="moderator")
    alert, address = UUID(_one(client)["id"]), f"{ALERTS}/{_one(client)['id']}/trail"
    before: Any = client.get(address).json
    assert before["left_out"] == 0
    more = TrailRow(guild_id=GUILD, alert_id=alert, at_ms=NOW_MS + 1, kind="told", reason="sent")
    last = replace(more, at_ms=NOW_MS + 2, reason="last")
    with web.parts.database.write() as connection:
        add_trail(connection, [*[more] * MOST_TRAIL, last])
    after: Any = client.get(address).json
    assert len(after["trail"]) == MOST_TRAIL
    assert after["trail"][-1]["reason"] == "last"
    assert after["left_out"] == len(before["trail"]) + 1


def test_who_changes_settings_has_read_of_it(web_on_sqlite: Web) -> None:
    admin, other = web_on_sqlite.reader(role="admin"), web_on_sqlite.reader()
    config = f"/api/v1/servers/{GUILD}/config"
    assert admin.put(config, json={"buffer_threshold": 7}).status_code == 200
    readers = (admin, other)
    assert [_told(one, "config_update")["read"] for one in readers] == [True, False]


def test_what_a_token_does_is_said_of_a_token(firing: FlaskClient, web_on_sqlite: Web) -> None:
    other = web_on_sqlite.reader()
    assert firing.post(f"{ALERTS}/{_one(firing)['id']}/acknowledge", json={}).status_code == 200
    told = _told(other, "mass_violations")
    assert told["message"] == "An API token is looking after it."
    assert (told["by_username"], told["read"]) == (None, False)
    assert _told(firing, "mass_violations")["read"]


def _told(client: FlaskClient, event_type: str) -> dict[str, Any]:
    """The notification of this kind that was somebody's doing."""
    page: Any = client.get(f"/api/v1/servers/{GUILD}/notifications").json
    of_kind = [one for one in page["notifications"] if one["event_type"] == event_type]
    (one,) = [one for one in of_kind if one["by"]]
    return dict(one)
