"""Whatever people change is in the audit log, in the same transaction, and told to dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from models import Base
from tests.api.contract import CONTRACT, Promise
from tests.api.things import USER
from tests.api.world import World, make_world
from tests.parts import GUILD

OWN = f"/api/v1/servers/{GUILD}"
# What each write is called in the audit log, and which `field` of a `config_update` tells of it.
CHANGES: dict[str, tuple[str, str | None]] = {
    "DELETE warnings/{user_id}": ("warnings.clear", None),
    "POST warnings/bulk-clear": ("warnings.bulk_clear", None),
    "POST appeals/{appeal_id}/decision": ("appeals.decide", None),
    "PUT rules": ("rules.update", "rules"),
    "DELETE rules": ("rules.delete", "rules"),
    "PUT config": ("config.update", "config"),
    "PUT roles/{user_id}": ("roles.assign", "roles"),
    "DELETE roles/{user_id}": ("roles.remove", "roles"),
    "POST tokens": ("tokens.create", None),
    "DELETE tokens/{token_id}": ("tokens.revoke", None),
    "DELETE members/{user_id}": ("members.erase", None),
    "POST alerts/{alert_id}/acknowledge": ("alerts.acknowledge", None),
    "POST alerts/{alert_id}/snooze": ("alerts.snooze", None),
    "POST alerts/{alert_id}/resolve": ("alerts.resolve", None),
    "POST alerts/{alert_id}/tell": ("alerts.tell", None),
    "POST incidents/{incident_id}/take": ("incidents.take", None),
    "POST incidents/{incident_id}/leave": ("incidents.leave", None),
    "POST incidents/{incident_id}/notes": ("incidents.note", None),
    "POST incidents/{incident_id}/clear-warnings": ("incidents.clear_warnings", None),
    "POST deliveries/{delivery_id}/retry": ("deliveries.retry", None),
    "PUT notification-preferences": ("notification_preferences.update", None),
    "POST channels": ("channels.create", None),
    "PATCH channels/{channel_id}": ("channels.update", None),
    "DELETE channels/{channel_id}": ("channels.delete", None),
    "POST channels/{channel_id}/rotate-secret": ("channels.rotate_secret", None),
    "POST channels/{channel_id}/test": ("channels.test", None),
    "POST channels/test": ("channels.test", None),
    "POST export": ("exports.create", None),
    "DELETE export/{export_id}": ("exports.delete", None),
    "POST schedules": ("schedules.create", None),
    "PATCH schedules/{schedule_id}": ("schedules.update", None),
    "DELETE schedules/{schedule_id}": ("schedules.delete", None),
    "POST schedules/{schedule_id}/run": ("schedules.run", None),
    "POST schedules/{schedule_id}/test": ("schedules.test", None),
    "DELETE schedules/{schedule_id}/runs": ("schedules.forget", None),
    "POST schedules/{schedule_id}/deliveries/{sent_id}/resend": ("deliveries.retry", None),
    "POST schedules/{schedule_id}/delivery/{target_id}/rotate-secret": (
        "schedules.rotate_secret",
        None,
    ),
}
# What people keep for themselves alone, and changes nothing for anybody else.
PERSONAL = {
    "POST notifications/{notification_id}/read",
    "POST notifications/{notification_id}/unread",
    "POST notifications/read-all",
    "POST visit",
    "POST visit/read",
    "POST export/estimate",
    "POST schedules/preview",
}
# Done in short steps, the last of which writes the entry: until then it stands as under way.
STEPWISE = {"DELETE members/{user_id}"}
# What callers last did is written at any time.
BESIDE = {"access_records", "login_sessions"}
BODIES = {"POST warnings/bulk-clear": {"before_date": "2027-01-01"}}
# As if the disk was full just there.
NO_AUDIT = """
CREATE TRIGGER no_audit BEFORE INSERT ON audit_log WHEN NEW.action = '{}'
BEGIN SELECT RAISE(ABORT, 'no audit log'); END
"""
WRITES = [
    promise
    for promise in CONTRACT
    if promise.path.startswith("/api/v1/servers/{guild_id}/") and not promise.reads
]


def short(promise: Promise) -> str:
    return f"{promise.method} {promise.path.removeprefix('/api/v1/servers/{guild_id}/')}"


@pytest.fixture
def world(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[World]:
    """Nothing but requests changes anything in it."""
    made = make_world(migrated_sqlite_file, tmp_path)
    yield made
    made.web.parts.close()


def rows(world: World, query: str) -> list[Any]:
    with world.web.parts.database.read() as connection:
        return list(connection.execute(text(query)))


def contents(world: World) -> dict[str, list[str]]:
    names = sorted(set(Base.metadata.tables) - BESIDE)
    return {name: sorted(map(str, rows(world, f"SELECT * FROM {name}"))) for name in names}


def run(world: World, statement: str) -> None:
    with world.web.parts.database.write() as connection:
        connection.execute(text(statement))


def prepare(world: World) -> None:
    """Something there for each write to change: a warning, and rules."""
    now_ms = world.web.clock()
    run(
        world,
        "INSERT INTO user_warnings (guild_id, user_id, level, kicked_before, timestamp_ms, event_id"
        f") VALUES ({GUILD}, {USER}, 3, 0, {now_ms - 1}, '{'0' * 32}')",
    )
    owner = world.web.reader(GUILD, role="owner")
    assert owner.put(f"{OWN}/rules", json={"rules": "Be nice."}).status_code == 200


def test_every_write_is_either_listed_or_personal() -> None:
    assert {short(promise) for promise in WRITES} == set(CHANGES) | PERSONAL


@pytest.mark.parametrize(
    "promise", [one for one in WRITES if short(one) not in PERSONAL], ids=short
)
def test_a_change_is_logged_and_told_with_it_or_not_made(world: World, promise: Promise) -> None:
    prepare(world)
    action, field = CHANGES[short(promise)]
    client = world.log_in("owner")
    path = world.address(promise, client)
    body = BODIES.get(short(promise), world.body(promise, GUILD))
    run(world, NO_AUDIT.format(action))
    before = contents(world)
    assert client.open(path, method=promise.method, json=body).status_code >= 500
    if short(promise) in STEPWISE:
        assert len(rows(world, "SELECT * FROM erasures")) == 1
    else:
        assert contents(world) == before
    run(world, "DROP TRIGGER no_audit")
    entries, told = len(audit(world)), len(live(world))
    answer = client.open(path, method=promise.method, json=body)
    assert answer.status_code == promise.status, answer.data
    assert rows(world, "SELECT * FROM erasures") == []
    (entry,) = audit(world)[entries:]
    assert entry["action"] == action
    assert entry["user_id"]
    assert entry["details"]
    events = [event for event in live(world)[told:] if event["type"] == "config_update"]
    assert [event["data"]["field"] for event in events] == ([field] if field else [])


def audit(world: World) -> list[dict[str, Any]]:
    found = rows(world, "SELECT action, user_id, details FROM audit_log ORDER BY rowid")
    return [
        {"action": one.action, "user_id": one.user_id, "details": orjson.loads(one.details)}
        for one in found
    ]


def live(world: World) -> list[dict[str, Any]]:
    found = rows(world, "SELECT events FROM outbox ORDER BY event_offset")
    return [event for (events,) in found for event in orjson.loads(events)]
