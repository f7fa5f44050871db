"""An export is for those who may see what it is of, from the wish to the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.exports import ROLES, ExportType
from domain.roles import Admin, Moderator, highest, role_named
from services.work.kinds import long_worker
from tests.api.contract import CONTRACT, GUILD_PATH
from tests.parts import GUILD, Web, make_web, settings_for

BASE = f"/api/v1/servers/{GUILD}/export"
LOG = {"export_type": "audit_log", "format": "csv"}
# Where the page reads what an export is of.
ROUTES = {
    ExportType.VIOLATIONS: "violations",
    ExportType.METRICS: "metrics",
    ExportType.HEALTH_METRICS: "health",
    ExportType.TOP_OFFENDERS: "top-offenders",
    ExportType.RULE_EFFECTIVENESS: "rule-effectiveness",
    ExportType.TEMPORAL_ANALYTICS: "temporal-analytics",
    ExportType.WARNINGS: "warnings",
    ExportType.AUDIT_LOG: "audit-log",
}


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path, LONG_PROCESSES="0"))
    yield made
    made.parts.close()


@pytest.fixture
def admin(web: Web) -> FlaskClient:
    return web.reader(role="admin")


@pytest.fixture
def moderator(web: Web) -> FlaskClient:
    return web.reader(role="moderator")


def asked(client: FlaskClient, body: dict[str, str]) -> dict[str, Any]:
    answer = client.post(BASE, json=body)
    assert answer.status_code == 202, answer.data
    found: dict[str, Any] = answer.json or {}
    return found


def listed(client: FlaskClient, query: str = "") -> list[str]:
    answer: dict[str, Any] = client.get(f"{BASE}/history{query}").json or {}
    return [one["export_type"] for one in answer["exports"]]


@pytest.mark.parametrize("view", ExportType)
def test_each_needs_the_role_of_its_view(view: ExportType) -> None:
    path = f"{GUILD_PATH}/{ROUTES[view]}"
    (seen_by,) = (one.who for one in CONTRACT if (one.method, one.path) == ("GET", path))
    assert ROLES[view] is highest([Moderator, role_named(seen_by)])


def test_the_audit_log_is_asked_for_by_admins(admin: FlaskClient, moderator: FlaskClient) -> None:
    assert ROLES[ExportType.AUDIT_LOG] is Admin
    for path, status in ((BASE, 202), (f"{BASE}/estimate", 200)):
        assert moderator.post(path, json=LOG).status_code == 403
        assert admin.post(path, json=LOG).status_code == status


def test_nothing_of_it_is_for_others(web: Web, admin: FlaskClient, moderator: FlaskClient) -> None:
    url = asked(admin, LOG)["status_url"]
    long_worker(web.parts, Event()).run_due()
    download = (admin.get(url).json or {})["download_url"]
    for path in (url, f"{url}/manifest", download):
        assert admin.get(path).status_code == 200
        assert moderator.get(path).status_code == 403
    assert moderator.delete(url).status_code == 403
    assert admin.delete(url).json == {"success": True, "status": "deleted"}


def test_one_that_waits_is_cancelled_by_admins(admin: FlaskClient, moderator: FlaskClient) -> None:
    url = asked(admin, LOG)["status_url"]
    assert moderator.get(url).status_code == moderator.delete(url).status_code == 403
    assert admin.delete(url).json == {"success": True, "status": "cancelled"}


def test_the_history_has_what_a_role_may_take(
    web: Web, admin: FlaskClient, moderator: FlaskClient
) -> None:
    """Also where the latest are of others: none of a page's places is lost to them."""
    asked(moderator, {"export_type": "warnings", "format": "csv"})
    for _ in range(2):
        web.clock.advance(1)
        asked(admin, LOG)
    assert listed(admin) == ["audit_log", "audit_log", "warnings"]
    assert listed(moderator) == listed(moderator, "?limit=1") == ["warnings"]
