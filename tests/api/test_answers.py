"""Every real answer is what the document says: of a guild full of events, and of an empty one."""

from __future__ import annotations

from threading import Event
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.notifications.tables import Notification
from models.sql.bulk import BulkInsert
from services.demo.guild import demo_guild_id
from services.demo.load import DemoSize, load_demo
from services.work.kinds import long_worker
from tests.api.contract import EXPORT, REPORT
from tests.api.described import Described, described_by
from tests.api.failed_runs import add_failed_run
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, ingest, violation

FULL = demo_guild_id(1, 0)
NOTIFICATION = UUID("3f1d7f0e-7a0a-4f0f-a1a5-4f0c7f9d2b11")
ROW = (FULL, NOTIFICATION, "mass_violations", "14 violations", "9 members", "high", "/x", NOW_MS)
COLUMNS = ("guild_id", "id", "event_type", "title", "message", "priority", "link", "created_ms")


@pytest.fixture
def described(web: Web) -> Described:
    return described_by(web.client())


@pytest.fixture
def owner(web: Web) -> FlaskClient:
    """Logged in, in a guild with a history in which everything happened at least once."""
    load_demo(web.parts.database, DemoSize(guilds=1, days=35, violations=400), NOW_MS)
    with web.parts.database.write() as connection:
        BulkInsert(Notification, COLUMNS, "DO NOTHING").run(connection, [ROW])
    web.materialise()
    client = web.client()
    client.post("/api/v1/auth/demo", json={"role": "owner"})
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    address = f"/api/v1/servers/{FULL}"
    client.put(f"{address}/config", json={"mod_role_id": "9001", "timezone": "Asia/Kolkata"})
    client.put(f"{address}/rules", json={"rules": "Be kind."})
    client.put(f"{address}/roles/41", json={"role": "admin"})
    client.post(f"{address}/tokens", json={"name": "one", "role": "viewer", "expires_days": 3})
    client.post(f"{address}/tokens", json={"name": "two", "kind": "bot"})
    quiet = {
        "quiet_hours": {"start": "22:00", "end": "07:00", "timezone": "UTC"},
        "email_addresses": ["a@b.example"],
    }
    client.put(f"{address}/notification-preferences", json=quiet)
    _plan_report(web, client, f"{address}/schedules")
    # A raid: an alert, and a delivery of it.
    ingest(web.bot(), *(violation(FULL, NOW_MS - 1000 * place) for place in range(10)))
    web.materialise()
    client.get(f"{address}/rules")
    client.post(f"{address}/export", json=EXPORT)
    long_worker(web.parts, Event()).run_due()
    web.parts.reads.flush(web.parts.database)
    return client


def _plan_report(web: Web, client: FlaskClient, address: str) -> None:
    """One with a run that did not arrive."""
    channels: Any = client.get(f"{address.removesuffix('schedules')}channels").json
    channel_id = channels["channels"][0]["id"]
    planned: Any = client.post(address, json=REPORT | {"delivery": [{"channel_id": channel_id}]})
    assert planned.status_code == 201, planned.data
    with web.parts.database.write() as connection:
        add_failed_run(connection, FULL, UUID(planned.json["schedule"]["id"]), UUID(channel_id))


def first_ids(client: FlaskClient) -> dict[str, str]:
    violations: Any = client.get(f"/api/v1/servers/{FULL}/violations?limit=1").json
    one = violations["violations"][0]
    alerts: Any = client.get(f"/api/v1/servers/{FULL}/alerts").json
    exports: Any = client.get(f"/api/v1/servers/{FULL}/export/history").json
    incidents: Any = client.get(f"/api/v1/servers/{FULL}/incidents").json
    schedules: Any = client.get(f"/api/v1/servers/{FULL}/schedules").json
    return {
        "guild_id": str(FULL),
        "violation_id": one["id"],
        "user_id": one["user_id"],
        "notification_id": str(NOTIFICATION),
        "alert_id": alerts["alerts"][0]["id"],
        "export_id": exports["exports"][0]["id"],
        "incident_id": incidents["incidents"][0]["id"],
        "schedule_id": schedules["schedules"][0]["id"],
    }


def addresses(described: Described, ids: dict[str, str]) -> list[str]:
    """Every read, plainly and with each word that a parameter may be."""
    found = []
    for (method, path), operation in described.operations().items():
        if method == "GET":
            address = path.format(**ids)
            found.append(address)
            for parameter in map(described.found, operation.get("parameters", ())):
                words = parameter["schema"].get("enum", ()) if parameter["in"] == "query" else ()
                found += [f"{address}?{parameter['name']}={word}" for word in words]
    return found


def read_all(client: FlaskClient, bot: FlaskClient, addresses: list[str]) -> list[TestResponse]:
    """As the bot where only a bot may read."""
    return [(bot if "/bot/" in one else client).get(one) for one in addresses]


def assert_full(client: FlaskClient) -> None:
    """Lists without entries would prove nothing."""
    may_be_empty = {"dead_rules", "coverage_gaps"}
    for read in ("top-offenders", "rule-effectiveness", "temporal-analytics", "moderators"):
        body: Any = client.get(f"/api/v1/servers/{FULL}/{read}").json
        for name, value in body.items():
            assert value != [] or name in may_be_empty, (read, name)
    lists = "violations incidents warnings appeals roles tokens audit-log access-log notifications"
    lists = "violations warnings appeals roles tokens audit-log access-log notifications schedules"
    for read in lists.split():
        listed: Any = client.get(f"/api/v1/servers/{FULL}/{read}").json
        assert next(iter(listed.values())), read


def test_reads_of_a_full_guild(web: Web, described: Described, owner: FlaskClient) -> None:
    """And once more after a member was erased, who is shown under a negative number from then."""
    assert_full(owner)
    ids = first_ids(owner)
    reads = addresses(described, ids)
    assert len(reads) > 60
    for answer in read_all(owner, web.bot(), reads):
        assert answer.status_code < 400 or answer.request.path.endswith("/login"), answer.data
        described.check(answer)
    erased = owner.delete(f"/api/v1/servers/{FULL}/members/{ids['user_id']}")
    described.check(erased)
    assert (erased.json or {})["anonymised_violations"] > 0
    for answer in read_all(owner, web.bot(), reads):
        described.check(answer)


IDS = ("violation_id", "notification_id", "alert_id", "incident_id", "export_id", "schedule_id")


def test_reads_of_an_empty_guild(web: Web, described: Described) -> None:
    client = web.reader(OTHER_GUILD, role="owner")
    ids = {"guild_id": str(OTHER_GUILD), "user_id": "41"}
    ids |= dict.fromkeys(IDS, str(NOTIFICATION))
    for answer in read_all(client, web.bot(), addresses(described, ids)):
        described.check(answer)


def test_snapshots_from_every_place(web: Web, described: Described) -> None:
    client, address = web.reader(), f"/api/v1/servers/{GUILD}/metrics"
    ingest(web.bot(), violation())
    for place in ("computed", "local", "redis", "local"):
        if place == "redis":
            web.materialise()
        answer = client.get(address)
        assert answer.headers["X-Cache"] == place
        described.check(answer)
    unchanged = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304
    described.check(unchanged)


def test_answers_to_bots(web: Web, described: Described) -> None:
    bot, one = web.bot(GUILD), violation()
    for events in ([one], [one, {"type": "?"}, violation(user_id="x")], [{"type": "?"}]):
        described.check(ingest(bot, *events))
    described.check(ingest(bot, violation(OTHER_GUILD)))


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "servers/x/metrics", {}, 400),
        ("GET", f"servers/{OTHER_GUILD}/metrics", {}, 403),
        ("GET", f"servers/{GUILD}/metrics?period=year", {}, 422),
        ("GET", f"servers/{GUILD}/violations?limit=0", {}, 422),
        ("GET", f"servers/{GUILD}/violations?cursor=x", {}, 422),
        ("GET", f"servers/{GUILD}/violations/{NOTIFICATION}", {}, 404),
        ("PUT", f"servers/{GUILD}/rules", {"data": "{}", "content_type": "text/plain"}, 415),
        ("PUT", f"servers/{GUILD}/rules", {"data": "[", "content_type": "application/json"}, 400),
        ("PUT", f"servers/{GUILD}/rules", {"json": {"rules": "", "more": 1}}, 422),
        ("PUT", f"servers/{GUILD}/rules", {"json": {"rules": "x" * 6_000_000}}, 413),
        ("PUT", f"servers/{GUILD}/config", {"json": {}, "headers": {"If-Match": "9"}}, 412),
        ("POST", "ingest", {"json": {"events": []}}, 403),
        (
            "PUT",
            f"servers/{GUILD}/notification-preferences",
            {"json": {"enabled_events": ["x"], "email_addresses": ["a@b.example", "?"]}},
            422,
        ),
    ],
)
def test_refusals(
    web_on_sqlite: Web, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    described = described_by(web_on_sqlite.client())
    client = web_on_sqlite.reader(role="owner")
    answer = client.open(f"/api/v1/{path}", method=method, **options)
    assert answer.status_code == status
    described.check(answer)
