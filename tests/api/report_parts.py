"""What tests of the routes of scheduled reports share; their server is that of channels."""

from __future__ import annotations

from threading import Event
from typing import Any

from flask.testing import FlaskClient

from models.reports.occurrences import open_runs
from services.deliveries.engine import deliver
from services.reports.finishing import finish_sent
from services.reports.planning import plan_due
from services.work.kinds import long_worker
from tests.discord.exchange import text_answer
from tests.parts import GUILD, JsonObject, Web, until
from tests.servers.providers.hook import HookStandIn

MAIL: JsonObject = {"kind": "email", "addresses": ["ada@example.org", "bob@example.org"]}
BASE = f"/api/v1/servers/{GUILD}/schedules"


def body(*delivery: JsonObject, **more: Any) -> JsonObject:
    """A daily report at 8:00 in Kolkata."""
    return {
        "name": "Morning",
        "export_types": ["violations"],
        "format": "csv",
        "cadence": "daily",
        "timezone": "Asia/Kolkata",
        "hour": 8,
        "delivery": list(delivery),
        **more,
    }


def planned(client: FlaskClient, given: JsonObject) -> JsonObject:
    answer = client.post(BASE, json=given)
    assert answer.status_code == 201, answer.data
    schedule: JsonObject = answer.get_json()["schedule"]
    return schedule


def make(web: Web) -> None:
    """What beat and long work do."""
    plan_due(web.parts)
    long_worker(web.parts, Event()).run_due()


def work(web: Web) -> None:
    """What beat, long work and the senders do, until every run is over."""
    make(web)
    until(lambda: _is_over(web), 60, "the end of every run")


def _is_over(web: Web) -> bool:
    deliver(web.parts)
    finish_sent(web.parts)
    with web.parts.database.read() as connection:
        return open_runs(connection).built == 0


def runs(client: FlaskClient, schedule: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = client.get(f"{BASE}/{schedule['id']}/runs").get_json()["runs"]
    return found


def to_hook(hook: HookStandIn) -> JsonObject:
    """Its requests are looked at elsewhere: here it takes whatever comes."""
    hook.judge = lambda request: text_answer("", 200)  # type: ignore[method-assign]
    return {"kind": "webhook", "url": hook.address}
