"""Who only reads sees the reports of their server, and of nobody where exactly a mail goes."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.api.channel_parts import admin, hook, post, web, webhook
from tests.api.report_parts import BASE, body, planned, work
from tests.parts import Web

__all__ = ["admin", "hook", "post", "web", "webhook"]  # fixtures
ADDRESS = "ada.lovelace@example.org"


def test_readers_see_every_report_and_no_address(admin: FlaskClient, web: Web) -> None:
    schedule = planned(admin, body({"kind": "email", "addresses": [ADDRESS]}))
    one = f"{BASE}/{schedule['id']}"
    assert admin.post(f"{one}/run").status_code == 202
    work(web)
    reader = web.reader()
    for path in (BASE, one, f"{one}/runs"):
        assert ADDRESS in admin.get(path).get_data(as_text=True), path
        seen = reader.get(path)
        assert seen.status_code == 200
        assert ADDRESS not in seen.get_data(as_text=True), path
    assert reader.get(one).get_json()["name"] == schedule["name"]
    assert reader.patch(one, json={"name": "mine"}).status_code == 403


def test_a_preview_says_when_it_would_run(admin: FlaskClient) -> None:
    wish = body(cadence="monthly", day=31)
    del wish["delivery"]
    told = admin.post(f"{BASE}/preview", json=wish)
    assert told.status_code == 200, told.data
    assert len(told.get_json()["next_runs"]) == 5


def test_the_frame_of_a_preview_reaches_nothing(web: Web) -> None:
    answer = web.client().get("/report-frame")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert "allow-same-origin" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
