"""Scheduled reports over HTTP: run by hand, looked at, previewed, sent again, forgotten."""

from __future__ import annotations

from base64 import b64decode
from html import escape
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from services.reports.content import PICTURE_ID
from services.reports.runs import drawing
from tests.api.channel_parts import admin, hook, post, refused, web, webhook
from tests.api.report_parts import BASE, MAIL, body, make, planned, runs, to_hook, work
from tests.discord.exchange import text_answer
from tests.parts import GUILD, OTHER_GUILD, JsonObject, Web, until
from tests.servers.mail import Post
from tests.servers.providers.hook import HookStandIn

__all__ = ["admin", "hook", "post", "web", "webhook"]  # fixtures


def refuse(hook: HookStandIn) -> None:
    hook.judge = lambda request: text_answer("not here", 400)  # type: ignore[method-assign]


def test_a_report_that_is_removed_sends_nothing_more(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    settings = {"url": to_hook(hook)["url"]}
    channels = f"/api/v1/servers/{GUILD}/channels"
    made = admin.post(channels, json={"kind": "webhook", "settings": settings}).get_json()
    schedule = planned(admin, body({"channel_id": made["channel"]["id"]}))
    hook.judge = lambda request: text_answer("later", 503)  # type: ignore[method-assign]
    admin.post(f"{BASE}/{schedule['id']}/run")
    make(web)
    until(lambda: len(hook.requests) > 0, 60, "the first try")
    until(lambda: outcome(admin, schedule)["status"] == "retrying", 60, "its end")
    assert admin.delete(f"{BASE}/{schedule['id']}").status_code == 200
    assert (outcome(admin, schedule)["status"], outcome(admin, schedule)["reason"]) == (
        "cancelled",
        "deleted",
    )
    work(web)
    assert [run["status"] for run in runs(admin, schedule)] == ["failed"]
    told = admin.get(f"/api/v1/servers/{GUILD}/notifications").get_json()["notifications"]
    assert [one["event_type"] for one in told] == ["config_update"], "of the channel alone"


def outcome(admin: FlaskClient, schedule: JsonObject) -> JsonObject:
    found: JsonObject = runs(admin, schedule)[0]["deliveries"][0]
    return found


def test_one_run_by_hand_and_what_became_of_it(
    web: Web, admin: FlaskClient, hook: HookStandIn, post: Post
) -> None:
    schedule = planned(admin, body(MAIL, to_hook(hook)))
    started = admin.post(f"{BASE}/{schedule['id']}/run")
    assert (started.status_code, started.get_json()["run"]["status"]) == (202, "due")
    work(web)
    (run,) = runs(admin, schedule)
    assert (run["kind"], run["status"], run["due_at"]) == ("manual", "sent", None)
    assert {one["target"] for one in run["deliveries"]} == {*MAIL["addresses"], None}
    assert [one["last_attempt"]["outcome"] for one in run["deliveries"]] == ["sent"] * 3
    assert len(post.letters) == 2
    (shown,) = admin.get(BASE).get_json()["schedules"]
    assert shown["last_run"] == run
    assert {one["status"] for target in shown["delivery"] for one in target["last"]} == {"sent"}


def test_a_run_by_hand_takes_no_planned_ones_place(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    schedule = planned(admin, body(to_hook(hook)))
    kinds = ("test", "run", "run")
    for kind in kinds:
        assert admin.post(f"{BASE}/{schedule['id']}/{kind}").status_code == 202
    work(web)
    web.clock.now_ms += 86_400_000
    work(web)
    found = [(run["kind"], run["status"]) for run in runs(admin, schedule)]
    assert sorted(found) == [("manual", "sent")] * 2 + [("scheduled", "sent"), ("test", "sent")]
    assert found[0] == ("scheduled", "sent")


def test_an_impatient_person_waits(admin: FlaskClient) -> None:
    schedule = planned(admin, body(MAIL))
    answers = [admin.post(f"{BASE}/{schedule['id']}/run") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_the_receivers_own_answer_is_shown_and_it_can_be_sent_again(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    schedule = planned(admin, body(to_hook(hook)))
    refuse(hook)
    admin.post(f"{BASE}/{schedule['id']}/run")
    work(web)
    (run,) = runs(admin, schedule)
    (delivery,) = run["deliveries"]
    assert (run["status"], delivery["status"], delivery["reason"]) == ("failed", "dead", "http_400")
    attempt = delivery["last_attempt"]
    assert (attempt["http_status"], attempt["answer"]) == (400, "not here")
    to_hook(hook)
    again = f"{BASE}/{schedule['id']}/deliveries/{delivery['id']}/resend"
    key = {"Idempotency-Key": "once"}
    sent = [admin.post(again, json={}, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 200]
    assert admin.post(again, json={}).status_code == 409, "it is on its way"
    work(web)
    assert [run["status"] for run in runs(admin, schedule)] == ["sent"]
    ids = {request.headers["webhook-id"] for request in hook.requests}
    assert len(ids) == 1, "its receiver knows it again"
    bodies = {request.body for request in hook.requests}
    assert len(bodies) == 1, "the same bytes"
    other = planned(admin, body(to_hook(hook)))
    of_other = f"{BASE}/{other['id']}/deliveries/{delivery['id']}/resend"
    assert admin.post(of_other, json={}).status_code == 404
    elsewhere = again.replace(str(GUILD), str(OTHER_GUILD))
    assert web.reader(OTHER_GUILD, role="owner").post(elsewhere, json={}).status_code == 404


def test_the_record_stays_until_an_owner_deletes_it(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    schedule = planned(admin, body(to_hook(hook)))
    address = f"{BASE}/{schedule['id']}"
    admin.post(f"{address}/run")
    work(web)
    assert admin.delete(address).get_json() == {"success": True}
    assert [admin.get(address).status_code, admin.delete(address).status_code] == [404, 404]
    assert admin.get(BASE).get_json() == {"schedules": [], "mailed_to": 0}
    assert len(runs(admin, schedule)) == 1
    assert admin.delete(f"{address}/runs").status_code == 403
    owner = web.reader(GUILD, role="owner")
    assert owner.delete(f"{address}/runs").get_json() == {"forgotten": 1}
    assert runs(admin, schedule) == []
    with web.parts.database.read() as connection:
        assert connection.execute(text("SELECT * FROM channels")).first() is None


def test_the_signing_secret_is_shown_once(web: Web, admin: FlaskClient, hook: HookStandIn) -> None:
    schedule = planned(admin, body(MAIL, {"kind": "webhook", "url": hook.address}))
    mail, webhook = schedule["delivery"]
    address = f"{BASE}/{schedule['id']}/delivery"
    answer = admin.post(f"{address}/{webhook['id']}/rotate-secret")
    hook.secret = answer.get_json()["signing_secret"]
    assert answer.headers["Cache-Control"] == "no-store"
    admin.post(f"{BASE}/{schedule['id']}/run")
    work(web)
    assert len(hook.accepted) == 1, "it is what its requests are signed with"
    assert admin.post(f"{address}/{mail['id']}/rotate-secret").status_code == 404


def test_a_preview_is_drawn_and_sent_nowhere(web: Web, admin: FlaskClient, post: Post) -> None:
    shown: Any = admin.post(f"{BASE}/preview", json=body(MAIL)).get_json()
    assert b64decode(shown["png"]).startswith(b"\x89PNG")
    assert "<html" in shown["html"].lower()
    assert "cid:" not in shown["html"]
    assert shown["text"]
    with web.parts.database.read() as connection:
        for table in ("report_schedules", "report_occurrences", "deliveries", "channels"):
            assert connection.execute(text(f"SELECT * FROM {table}")).first() is None
    assert post.letters == []


def test_words_that_look_like_the_picture_s_address_stay_words(
    web: Web, admin: FlaskClient
) -> None:
    name = f'cid:{PICTURE_ID} src="cid:{PICTURE_ID}"'
    shown: Any = admin.post(f"{BASE}/preview", json=body(MAIL, name=name)).get_json()
    assert escape(name) in shown["html"]
    assert shown["html"].count(f"data:image/png;base64,{shown['png']}") == 1


def test_runs_come_in_pages(web: Web, admin: FlaskClient, hook: HookStandIn) -> None:
    schedule = planned(admin, body(to_hook(hook)))
    address = f"{BASE}/{schedule['id']}"
    for _ in range(3):
        admin.post(f"{address}/run")
        web.clock.now_ms += 1000
    first = admin.get(f"{address}/runs?limit=2").get_json()
    rest = admin.get(f"{address}/runs?limit=2&cursor={first['next_cursor']}").get_json()
    ids = [run["id"] for run in first["runs"] + rest["runs"]]
    assert (len(set(ids)), rest["next_cursor"]) == (3, None)
    assert list(refused(admin.get(f"{address}/runs?cursor=x"))) == ["cursor"]


def test_a_process_draws_two_previews_at_once(admin: FlaskClient) -> None:
    with drawing, drawing:
        refused = admin.post(f"{BASE}/preview", json=body(MAIL))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    assert admin.post(f"{BASE}/preview", json=body(MAIL)).status_code == 200
