"""A guild nobody has heard of: every read answers 200, with zeros and empty lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.api.routes import PERIODS, SNAPSHOT_READS, SNAPSHOTS, VIOLATION, guild_reads
from tests.parts import GUILD, Web

# Texts and times there is nothing to say about; a number is never null.
MAY_BE_NULL = {
    "next_cursor",
    "updated_at",
    "updated_by",
    "updated_by_username",
    "updated_by_avatar",
    "mod_role_id",
    "username",
    "avatar",
    "last_violation",
    "unavailable",  # why a channel of a kind cannot be had
    "data_since",  # of nothing
}
NOT_ZERO = {
    "health_score": 100,
    "page": 1,
    "per_page": 50,
    "events_quota": 500_000,
    "bytes_quota": 500_000_000,
    "tokens": 1,  # that of the reader
    "tokens_quota": 100,
    "limit_bytes": 10 << 30,
    "retention_days": 30,
    "most_queued": 20,
    "queued_for_reports": 0,
}
# The config has defaults, and among the tokens is the one that asks.
NEVER_EMPTY = {"config", "tokens"}
CONFIG = {
    "severity_threshold": 0.5,
    "buffer_timeout_secs": 30,
    "buffer_threshold": 10,
    "mod_role_id": None,
    "timezone": "UTC",
    "version": 0,
}


def values(document: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no object or list, with the name of its field."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from values(value, key)
    elif isinstance(document, list):
        for value in document:
            yield from values(value, name)
    else:
        yield name, document


def reads(web: Web) -> list[str]:
    """Everything that can be read, snapshots in every period; not one violation or alert: there
    is none.
    """
    plain = [read for read in guild_reads(web.app) if VIOLATION not in read and "<" not in read]
    assert len(plain) >= 13
    assert set(SNAPSHOTS) <= set(plain)
    return plain + [read for read in SNAPSHOT_READS if "?" in read]


def test_every_read_is_empty_and_valid_under_both_prefixes(web: Web) -> None:
    client = web.reader(role="owner")
    for read in reads(web):
        answer = client.get(f"/api/v1/servers/{GUILD}/{read}")
        assert answer.status_code == 200, read
        older = client.get(f"/api/servers/{GUILD}/{read}")
        assert older.status_code == 200, read
        if read == "export/history":  # a bare list there, as before
            assert (answer.json, older.json) == ({"exports": [], "next_cursor": None}, [])
        else:
            assert older.data == answer.data, read
        assert "Deprecation" not in answer.headers, read
        assert older.headers["Deprecation"].startswith("@"), read
        successor = f"/api/v1/servers/{GUILD}/{read.split('?')[0]}"
        assert older.headers["Link"] == f'<{successor}>; rel="successor-version"', read


def test_every_number_is_zero_and_none_is_null(web: Web) -> None:
    client = web.reader(role="owner")
    for read in reads(web):
        answer = client.get(f"/api/v1/servers/{GUILD}/{read}")
        if read in ("audit-log", "access-log", "notification-preferences"):
            continue  # the export asked for is written down; preferences have defaults of their own
        if read == "config":
            assert answer.json == CONFIG
        if read in NEVER_EMPTY or not answer.is_json:
            continue
        for name, value in values(answer.json):
            assert value is not None or name in MAY_BE_NULL, (read, name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                assert value == NOT_ZERO.get(name, 0), (read, name)


def test_series_have_every_bucket(web: Web) -> None:
    client = web.reader(role="owner")
    lengths = {}
    for period in PERIODS:
        body = client.get(f"/api/v1/servers/{GUILD}/metrics?period={period}").json
        assert body is not None
        lengths[body["period"]] = len(body["time_series"])
    assert lengths == {"hour": 60, "day": 24, "week": 168, "month": 30}


def test_lists_are_empty(web: Web) -> None:
    client = web.reader(role="owner")
    lists = {
        "top-offenders": "top_users",
        "rule-effectiveness": "top_rules",
        "temporal-analytics": "heatmap",
        "moderators": "moderators",
        "violations": "violations",
        "warnings": "warnings",
        "roles": "roles",
        "overview": "latest_violations",
    }
    for read, name in lists.items():
        body = client.get(f"/api/v1/servers/{GUILD}/{read}").json
        assert body is not None
        assert body[name] == [], read


def test_a_violation_that_is_not_there_is_a_404(web: Web) -> None:
    answer = web.reader().get(f"/api/v1/servers/{GUILD}/violations/{VIOLATION}")
    assert answer.status_code == 404
