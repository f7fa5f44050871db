"""Scheduled reports over HTTP: planned and changed, field by field and by server."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.api.channel_parts import TOKEN, admin, hook, post, refused, web, webhook
from tests.api.report_parts import BASE, MAIL, body, planned, runs, to_hook, work
from tests.discord.server import Discord
from tests.discord.state import Webhook
from tests.parts import GUILD, OTHER_GUILD, JsonObject, Web
from tests.servers.providers.hook import HookStandIn

__all__ = ["admin", "hook", "post", "web", "webhook"]  # fixtures


def test_a_report_is_planned_and_says_when_it_runs(admin: FlaskClient, web: Web) -> None:
    schedule = planned(admin, body(MAIL))
    assert admin.get(BASE).get_json() == {"schedules": [schedule], "mailed_to": 0}
    assert admin.get(f"{BASE}/{schedule['id']}").get_json() == schedule
    next_runs = schedule["next_runs"]
    assert len(next_runs) == 5
    assert all(run["local"].endswith("T08:00:00+05:30") for run in next_runs)
    assert all(run["at"].endswith("T02:30:00.000Z") for run in next_runs)
    assert (schedule["missed_policy"], schedule["when_empty"]) == ("run_once", "send")
    assert (schedule["weekday"], schedule["day"], schedule["version"]) == (None, None, 1)
    (target,) = schedule["delivery"]
    assert target["addresses"] == MAIL["addresses"]
    assert (target["channel_id"], target["state"], target["last"]) == (None, "ok", [])


def test_both_ways_to_say_the_day_of_a_week(admin: FlaskClient) -> None:
    one = planned(admin, body(MAIL, cadence="weekly", weekday=1))
    other = planned(admin, body(MAIL, cadence="weekly", day=1))
    assert one["next_runs"] == other["next_runs"]
    assert (one["weekday"], other["weekday"], other["day"]) == (1, 1, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x\u0000"}, "name"),
        ({"export_types": []}, "export_types"),
        ({"export_types": ["secrets"]}, "export_types"),
        ({"format": "pdf"}, "format"),
        ({"cadence": "hourly"}, "cadence"),
        ({"cadence": "weekly"}, "weekday"),
        ({"cadence": "weekly", "day": 7}, "day"),
        ({"cadence": "monthly"}, "day"),
        ({"cadence": "monthly", "day": 0}, "day"),
        ({"cadence": "monthly", "day": 32}, "day"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"hour": 24}, "hour"),
        ({"hour": "8"}, "hour"),
        ({"minute": 60}, "minute"),
        ({"weekday": 7}, "weekday"),
        ({"missed_policy": "later"}, "missed_policy"),
        ({"when_empty": "maybe"}, "when_empty"),
        ({"enabled": "yes"}, "enabled"),
        ({"delivery": []}, "delivery"),
        ({"delivery": [MAIL] * 11}, "delivery"),
        ({"delivery": [{"kind": "pagerduty"}]}, "delivery"),
        ({"delivery": [{"addresses": ["a@example.org"]}]}, "delivery"),
        ({"delivery": [{"kind": "email", "addresses": ["nobody"]}]}, "delivery"),
        ({"delivery": [{"kind": "email", "addresses": []}]}, "delivery"),
        ({"delivery": [{"kind": "email", "url": "https://example.org"}]}, "delivery"),
        ({"delivery": [{"kind": "slack", "url": "https://example.org"}]}, "delivery"),
        ({"delivery": [{"kind": "webhook", "url": "https://169.254.169.254/x"}]}, "delivery"),
        ({"delivery": [{"kind": "webhook", "url": "http://10.0.0.1/x"}]}, "delivery"),
        ({"delivery": [{"channel_id": str(uuid4())}]}, "delivery"),
        ({"delivery": [{"id": str(uuid4())}]}, "delivery"),
        ({"delivery": [{"channel_id": "x"}]}, "delivery"),
        ({"password": "x"}, "password"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    web: Web, admin: FlaskClient, change: JsonObject, field: str
) -> None:
    assert list(refused(admin.post(BASE, json=body(MAIL) | change))) == [field]
    with web.parts.database.read() as connection:
        for table in ("report_schedules", "report_targets", "channels", "audit_log"):
            assert connection.execute(text(f"SELECT * FROM {table}")).first() is None


@pytest.mark.parametrize("field", ["name", "export_types", "format", "cadence", "timezone", "hour"])
def test_what_a_report_needs(admin: FlaskClient, field: str) -> None:
    given = body(MAIL)
    del given[field]
    assert list(refused(admin.post(BASE, json=given))) == [field]


def test_a_wrong_target_is_named_by_its_place(admin: FlaskClient) -> None:
    bad = {"kind": "email", "addresses": ["nobody"]}
    errors = refused(admin.post(BASE, json=body(MAIL, bad)))
    assert list(errors["delivery"]) == ["1"]
    assert list(errors["delivery"]["1"]) == ["addresses"]


def test_a_change_says_which_version_it_is_meant_for(admin: FlaskClient) -> None:
    schedule = planned(admin, body(MAIL))
    address = f"{BASE}/{schedule['id']}"
    changed = admin.patch(address, json={"hour": 9, "minute": 30, "version": 1}).get_json()
    assert changed["schedule"]["version"] == 2
    assert changed["schedule"]["next_runs"][0]["local"].endswith("T09:30:00+05:30")
    late = admin.patch(address, json={"hour": 10, "version": 1})
    assert late.status_code == 412
    assert admin.get(address).get_json() == changed["schedule"]
    same = admin.patch(address, json={"hour": 9}).get_json()
    assert same["schedule"]["version"] == 2, "nothing was changed"
    off = admin.patch(address, json={"enabled": False}).get_json()["schedule"]
    assert (off["enabled"], off["next_runs"]) == (False, [])


def test_a_day_alone_is_one_of_the_cadence_that_is_there(admin: FlaskClient) -> None:
    weekly = f"{BASE}/{planned(admin, body(MAIL, cadence='weekly', weekday=3))['id']}"
    monthly = f"{BASE}/{planned(admin, body(MAIL, cadence='monthly', day=3))['id']}"
    assert admin.patch(weekly, json={"day": 0}).get_json()["schedule"]["weekday"] == 0
    assert admin.patch(monthly, json={"day": 31}).get_json()["schedule"]["day"] == 31
    assert list(refused(admin.patch(weekly, json={"day": 7}))) == ["day"]
    assert list(refused(admin.patch(monthly, json={"day": 0}))) == ["day"]


def test_a_zone_that_is_not_known_any_more_is_named(web: Web, admin: FlaskClient) -> None:
    """As after an update of the host that renamed one."""
    address = f"{BASE}/{planned(admin, body(MAIL))['id']}"
    with web.parts.database.write() as connection:
        gone = "UPDATE report_schedules SET timezone = 'Mars/Olympus', enabled = 0, next_ms = NULL"
        connection.execute(text(gone))
    assert admin.get(address).get_json()["next_runs"] == []
    asked = [admin.patch(address, json={"enabled": True}), admin.post(f"{address}/run")]
    assert [list(refused(answer)) for answer in asked] == [["timezone"]] * 2
    mended = admin.patch(address, json={"enabled": True, "timezone": "UTC"}).get_json()
    assert len(mended["schedule"]["next_runs"]) == 5


def test_targets_stay_change_and_go(web: Web, admin: FlaskClient, hook: HookStandIn) -> None:
    schedule = planned(admin, body(MAIL, to_hook(hook)))
    mail, webhook = schedule["delivery"]
    names = ("id", "channel_id", "kind", "addresses", "url", "thread_id")
    kept = {name: webhook[name] for name in names}
    assert kept["url"] == f"********{hook.address[-4:]}"
    address = f"{BASE}/{schedule['id']}"
    changed = admin.patch(
        address, json={"delivery": [kept, {"kind": "email", "addresses": ["c@example.org"]}]}
    )
    after = changed.get_json()["schedule"]["delivery"]
    assert after[0]["id"] == webhook["id"]
    assert (after[1]["id"] != mail["id"], after[1]["addresses"]) == (True, ["c@example.org"])
    other_kind = {"id": webhook["id"], "kind": "email", "addresses": ["c@example.org"]}
    errors = refused(admin.patch(address, json={"delivery": [other_kind]}))
    assert list(errors["delivery"]["0"]) == ["kind"]
    admin.post(f"{address}/run")
    work(web)
    assert len(hook.requests) == 1, "the masked address is the one it was"
    assert admin.get(f"/api/v1/servers/{GUILD}/channels").get_json()["channels"] == []


def test_no_secret_is_in_any_answer_row_or_entry(
    web: Web, admin: FlaskClient, discord: Discord, webhook: Webhook
) -> None:
    url = discord.webhook_url(webhook)
    answers = [admin.post(BASE, json=body({"kind": "discord", "url": url}))]
    address = f"{BASE}/{answers[0].get_json()['schedule']['id']}"
    answers += [admin.patch(address, json={"name": "other"}), admin.get(BASE)]
    answers += [admin.post(f"{address}/run"), admin.delete(address)]
    said = "".join(answer.get_data(True) for answer in answers)
    with web.parts.database.read() as connection:
        for table in ("channels", "audit_log", "outbox", "report_targets"):
            rows = connection.execute(text(f"SELECT * FROM {table}"))
            said += str([tuple(row) for row in rows])
    pieces = {TOKEN[start : start + 6] for start in range(len(TOKEN) - 5)}
    assert {piece for piece in pieces if piece in said} == set()


def test_a_channel_of_the_server_may_carry_it(admin: FlaskClient, hook: HookStandIn) -> None:
    channels = f"/api/v1/servers/{GUILD}/channels"
    settings = {"url": to_hook(hook)["url"]}
    made = admin.post(channels, json={"kind": "webhook", "settings": settings}).get_json()
    channel = {"channel_id": made["channel"]["id"]}
    (target,) = planned(admin, body(channel))["delivery"]
    assert (target["id"], target["channel_id"], target["url"]) == (
        None,
        channel["channel_id"],
        None,
    )
    errors = refused(admin.post(BASE, json=body(channel, channel)))
    assert list(errors["delivery"]["1"]) == ["channel_id"]
    errors = refused(admin.post(BASE, json=body(channel | {"url": "https://example.org"})))
    assert list(errors["delivery"]["0"]) == ["channel_id"]


def test_another_server_has_neither_channels_nor_reports_of_this_one(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    schedule = planned(admin, body(to_hook(hook)))
    (target,) = schedule["delivery"]
    there = web.reader(OTHER_GUILD, role="owner")
    base = f"/api/v1/servers/{OTHER_GUILD}/schedules"
    for name in ("id", "channel_id"):
        refused(there.post(base, json=body({name: target["id"]})))
    one, id = f"{base}/{schedule['id']}", target["id"]
    asked = [there.get(one), there.patch(one, json={"hour": 9}), there.delete(one)]
    asked += [there.post(f"{one}/run"), there.post(f"{one}/test"), there.get(f"{one}/runs")]
    asked += [there.delete(f"{one}/runs"), there.post(f"{one}/delivery/{id}/rotate-secret")]
    assert [answer.status_code for answer in asked] == [404] * 8
    assert there.get(base).get_json() == {"schedules": [], "mailed_to": 0}
    assert admin.get(BASE).get_json() == {"schedules": [schedule], "mailed_to": 0}


def test_a_key_makes_one_report_and_one_run(web: Web, admin: FlaskClient) -> None:
    key = {"Idempotency-Key": "once"}
    made = [admin.post(BASE, json=body(MAIL), headers=key) for _ in range(2)]
    assert made[0].get_json() == made[1].get_json()
    assert [answer.status_code for answer in made] == [201, 201]
    refused(admin.post(BASE, json=body(MAIL, hour=9), headers=key))
    (schedule,) = admin.get(BASE).get_json()["schedules"]
    started = [admin.post(f"{BASE}/{schedule['id']}/run", headers=key) for _ in range(2)]
    assert started[0].get_json() == started[1].get_json()
    assert len(runs(admin, schedule)) == 1


def test_a_server_has_twenty_reports(admin: FlaskClient) -> None:
    for _ in range(20):
        last = planned(admin, body(MAIL))
    assert admin.post(BASE, json=body(MAIL)).status_code == 409
    admin.delete(f"{BASE}/{last['id']}")
    planned(admin, body(MAIL))
