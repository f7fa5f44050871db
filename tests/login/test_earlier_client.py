"""The earlier dashboard's client works unchanged: its calls, as it makes them."""

from __future__ import annotations

import csv
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from models.notifications.tables import Notification
from tests.login.earlier_client import EarlierClient, EarlierClientError
from tests.login.site import Site
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest, messages, violation

SERVER = f"servers/{GUILD}"
DAYS = {"hour": 60, "day": 24, "week": 168, "month": 30}


@pytest.fixture
def guild(site: Site, web: Web, ada: int) -> UUID:
    """A guild in which things have happened; the id of its notification."""
    who = event("user", user_id="41", username="spammer")
    level = event("warning", user_id="41", level=2)
    events = [violation(rule="No spam", severity="high") for _ in range(3)]
    answer = ingest(web.bot(), *events, messages(count=40), who, level, path="/api/ingest")
    assert (answer.status_code, (answer.json or {})["accepted"]) == (202, 6)
    web.materialise()
    row = {
        "guild_id": GUILD,
        "id": uuid4(),
        "event_type": "mass_violations",
        "title": "Raid",
        "message": "3 violations",
        "priority": "high",
        "link": None,
        "created_ms": NOW_MS,
    }
    with web.parts.database.write() as connection:
        connection.execute(insert(Notification).values(row))
    return UUID(str(row["id"]))


@pytest.fixture
def client(site: Site, web: Web, ada: int, guild: UUID) -> EarlierClient:
    """Logged in, by no more than the links of the page and what a browser keeps."""
    page = web.client()
    earlier = EarlierClient(page)
    with pytest.raises(EarlierClientError) as refused:
        earlier.ask("auth/me")
    assert refused.value.status == 401
    assert refused.value.error.startswith("log in, or send an API token")
    assert earlier.ask("config")["client_id"] == str(site.discord.world.application.id)
    assert site.come_back(page, ada).headers["Location"] == "/"
    return earlier


def test_who_and_where(client: EarlierClient, ada: int) -> None:
    me = client.ask("auth/me")
    assert {"id", "username", "avatar", "selected_guild_id"} <= set(me)
    assert (me["id"], me["selected_guild_id"]) == (str(ada), None)
    (server,) = client.ask("servers")["servers"]
    assert {"id", "name", "icon", "bot_present"} <= set(server)
    assert (server["id"], server["bot_present"], server["role"]) == (str(GUILD), True, "owner")
    chosen = client.ask("servers/select", "POST", {"guild_id": str(GUILD)})
    assert chosen == {"success": True}
    assert client.ask("auth/me")["selected_guild_id"] == str(GUILD)


def test_figures(client: EarlierClient) -> None:
    for period, points in DAYS.items():
        metrics = client.ask(f"{SERVER}/metrics?period={period}")
        assert (metrics["messages_processed"], metrics["violations_total"]) == (40, 3)
        assert (metrics["period"], len(metrics["time_series"])) == (period, points)
        assert set(metrics["violations_by_type"]) == {"regex", "ai", "automod", "manual", "raid"}
        assert metrics["violations_by_severity"] == {"high": 3, "medium": 0, "low": 0}
        assert {"timestamp", "messages", "violations"} <= set(metrics["time_series"][0])
    health = client.ask(f"{SERVER}/health")
    wanted = {"health_score", "violation_rate", "action_distribution", "trends"}
    assert wanted <= set(health)


def test_analytics(client: EarlierClient) -> None:
    for period in DAYS:
        offenders = client.ask(f"{SERVER}/top-offenders?period={period}")
        (worst,) = offenders["top_users"]
        assert (worst["username"], worst["violation_count"]) == ("spammer", 3)
        assert offenders["violation_distribution"] == {"3": 1}
        rules = client.ask(f"{SERVER}/rule-effectiveness?period={period}")
        assert [rule["rule_name"] for rule in rules["top_rules"]] == ["No spam"]
        assert rules["total_rule_violations"] == 3
        times = client.ask(f"{SERVER}/temporal-analytics?period={period}")
        assert sum(cell["violation_count"] for cell in times["heatmap"]) == 3
        assert {"peak_times", "major_events", "avg_violations_per_hour"} <= set(times)
    with pytest.raises(EarlierClientError) as refused:
        client.ask(f"{SERVER}/top-offenders?period=year")
    assert refused.value.status == 422


def test_violations(client: EarlierClient) -> None:
    page = client.ask(f"{SERVER}/violations?page=1&per_page=2&severity=high&user_id=41")
    assert (page["total"], page["page"], page["per_page"]) == (3, 1, 2)
    assert len(page["violations"]) == 2
    first = page["violations"][0]
    for field in ("id", "user_id", "username", "reason", "severity", "detection_type"):
        assert isinstance(first[field], str), field
    assert first["action_taken"] == "Warning issued"
    assert len(client.ask(f"{SERVER}/violations?page=2&per_page=2")["violations"]) == 1
    rows = list(csv.DictReader(client.text(f"{SERVER}/violations/export?format=csv").splitlines()))
    assert [row["rule"] for row in rows] == ["No spam"] * 3


def test_rules(client: EarlierClient) -> None:
    assert client.ask(f"{SERVER}/rules")["has_rules"] is False
    written = client.ask(f"{SERVER}/rules", "PUT", {"rules": "Be kind.\n1. No spam"})
    assert (written["success"], written["rules"]) == (True, "Be kind.\n1. No spam")
    read = client.ask(f"{SERVER}/rules")
    assert (read["has_rules"], read["rules"]) == (True, "Be kind.\n1. No spam")
    assert {"updated_at", "updated_by"} <= set(read)
    assert client.ask(f"{SERVER}/rules", "DELETE")["success"] is True
    assert client.ask(f"{SERVER}/rules")["has_rules"] is False


def test_config(client: EarlierClient) -> None:
    """It sends back what it was given, with what this version knows nothing of."""
    config = client.ask(f"{SERVER}/config")
    assert {"severity_threshold", "buffer_timeout_secs", "buffer_threshold"} <= set(config)
    changed = config | {"severity_threshold": 0.7, "guild_id": str(GUILD), "theme": "dark"}
    written = client.ask(f"{SERVER}/config", "PUT", changed)
    assert (written["success"], written["severity_threshold"]) == (True, 0.7)
    assert client.ask(f"{SERVER}/config")["severity_threshold"] == 0.7
    with pytest.raises(EarlierClientError) as refused:
        client.ask(f"{SERVER}/config", "PUT", {"severity_threshold": 7})
    assert (refused.value.status, refused.value.error) == (422, "some fields are invalid")


def test_warnings(client: EarlierClient) -> None:
    for search, expected in (("spam", ["41"]), ("41", ["41"]), ("nobody", [])):
        found = client.ask(f"{SERVER}/warnings?search={search}")["warnings"]
        assert [one["user_id"] for one in found] == expected
    one = client.ask(f"{SERVER}/warnings/41")
    assert (one["level"], one["username"], len(one["violations"])) == (2, "spammer", 3)
    assert client.ask(f"{SERVER}/warnings/41", "DELETE") == {"success": True}
    assert client.ask(f"{SERVER}/warnings/41")["level"] == 0
    for older_than in ("2030-01-01", "2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z"):
        body = {"older_than": older_than}
        assert client.ask(f"{SERVER}/warnings/bulk-clear", "POST", body) == {"cleared": 0}


def test_clearing_in_bulk(web: Web, client: EarlierClient) -> None:
    ingest(web.bot(), *(event("warning", user_id=str(user), level=3) for user in (51, 52)))
    body = {"older_than": "2030-01-01"}
    assert client.ask(f"{SERVER}/warnings/bulk-clear", "POST", body) == {"cleared": 3}
    assert client.ask(f"{SERVER}/warnings?level=3")["warnings"] == []


def test_notifications(client: EarlierClient, guild: UUID) -> None:
    address = f"{SERVER}/notifications"
    listed = client.ask(f"{address}?limit=50")
    (one,) = listed["notifications"]
    assert (one["id"], one["read"], listed["unread_count"]) == (str(guild), False, 1)
    assert client.ask(f"{address}/{guild}/read", "POST")["success"] is True
    assert client.ask(f"{address}?limit=50")["unread_count"] == 0
    assert client.ask(f"{address}/{guild}/unread", "POST", {})["success"] is True
    assert client.ask(f"{address}?limit=50")["unread_count"] == 1


def test_notification_preferences(client: EarlierClient) -> None:
    """It sends the whole form back, with the masked addresses that it shows."""
    address = f"{SERVER}/notification-preferences"
    hook = "https://discord.com/api/webhooks/1300/secret-of-the-hook"
    form = client.ask(address) | {
        "guild_id": str(OTHER_GUILD),
        "discord_webhook_url": hook,
        "notification_threshold": "high",
        "email_addresses": ["mods@example.org"],
    }
    client.ask(address, "PUT", form)
    shown = client.ask(address)
    assert (shown["guild_id"], shown["notification_threshold"]) == (str(GUILD), "high")
    assert "secret-of-the-hook" not in shown["discord_webhook_url"]
    client.ask(address, "PUT", shown | {"notification_threshold": "low"})
    assert client.ask(address) == shown | {"notification_threshold": "low"}


def test_failures_say_why(site: Site, web: Web, client: EarlierClient) -> None:
    """Each in `error`, which is what it shows."""
    cases: list[tuple[str, str, object, int]] = [
        (f"servers/{OTHER_GUILD}/metrics", "GET", None, 403),
        ("servers/x/metrics", "GET", None, 400),
        ("nothing", "GET", None, 404),
        (f"{SERVER}/rules", "PUT", {}, 422),
        (f"{SERVER}/rules", "PUT", [], 400),
        (f"{SERVER}/rules", "POST", {}, 405),
        ("servers/select", "POST", {"guild_id": str(OTHER_GUILD)}, 403),
        (f"{SERVER}/notifications/x/read", "POST", None, 400),
        (f"{SERVER}/notifications/{uuid4()}/read", "POST", None, 404),
        (f"{SERVER}/warnings/bulk-clear", "POST", {"older_than": "soon"}, 422),
    ]
    for path, method, body, expected in cases:
        with pytest.raises(EarlierClientError) as refused:
            client.ask(path, method, body)
        assert refused.value.status == expected, (method, path)
        assert refused.value.error
    foreign = EarlierClient(web.client(), origin="https://evil.example")
    with pytest.raises(EarlierClientError) as refused:
        foreign.ask("auth/logout", "POST")
    assert refused.value.status == 403


def test_leaving(client: EarlierClient) -> None:
    assert client.ask("auth/logout", "POST") == {"success": True}
    with pytest.raises(EarlierClientError) as refused:
        client.ask("servers")
    assert refused.value.status == 401
