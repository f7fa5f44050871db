"""Files as the earlier bot left them: a tidy one, an awkward one, an old one, and big ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.clock import parse_rfc3339

NOW_MS = parse_rfc3339("2026-03-18T10:20:05.250Z")
GUILD, OTHER_GUILD = 900, 901
USER, OTHER_USER = 40, 41
FIRST, SECOND = UUID(int=1), UUID(int=2)

SCHEMA = """
CREATE TABLE violations(id TEXT PRIMARY KEY, user_id INTEGER, guild_id INTEGER,
  message_id INTEGER, reason TEXT, severity TEXT, detection_type TEXT, action_taken TEXT,
  timestamp TEXT);
CREATE TABLE user_warnings(id INTEGER PRIMARY KEY, user_id INTEGER, guild_id INTEGER,
  level INTEGER, kicked_before INTEGER, last_violation TEXT, created_at TEXT);
CREATE TABLE server_config(guild_id INTEGER PRIMARY KEY, severity_threshold REAL,
  buffer_timeout_secs INTEGER, buffer_threshold INTEGER, mod_role_id INTEGER,
  created_at TEXT, updated_at TEXT);
CREATE TABLE server_rules(guild_id INTEGER PRIMARY KEY, rules_text TEXT, updated_at TEXT,
  updated_by INTEGER);
CREATE TABLE appeals(id TEXT PRIMARY KEY, user_id INTEGER, guild_id INTEGER, violation_id TEXT,
  thread_id INTEGER, status TEXT, created_at TEXT, resolved_at TEXT, resolved_by INTEGER);
CREATE TABLE metrics_hourly(id INTEGER PRIMARY KEY, guild_id INTEGER, hour TEXT,
  messages_processed INTEGER, regex_violations INTEGER, ai_violations INTEGER,
  high_severity INTEGER, medium_severity INTEGER, low_severity INTEGER,
  avg_response_time_ms REAL);
CREATE TABLE audit_log(id INTEGER PRIMARY KEY, guild_id INTEGER, user_id TEXT, action TEXT,
  details TEXT, timestamp TEXT);
CREATE TABLE user_cache(user_id INTEGER PRIMARY KEY, username TEXT, discriminator TEXT,
  avatar TEXT, cached_at TEXT, updated_at TEXT);
CREATE TABLE role_assignments(id INTEGER PRIMARY KEY, guild_id INTEGER, user_id INTEGER,
  role TEXT, assigned_by INTEGER, assigned_at TEXT);
CREATE TABLE sessions(id TEXT PRIMARY KEY, secret TEXT);
"""
# The same without keys and types: SQLite takes anything anywhere.
LOOSE = "CREATE TABLE {name}({columns})"


def make(path: Path, **tables: Iterable[dict[str, Any]]) -> Path:
    """The bot's usual tables, with these rows."""
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(SCHEMA)
        _fill(file, tables)
    return path


def make_loose(path: Path, **tables: list[dict[str, Any]]) -> Path:
    """Only these tables, with the columns of their first rows and no constraint at all."""
    with closing(sqlite3.connect(path)) as file, file:
        for name, rows in tables.items():
            file.execute(LOOSE.format(name=name, columns=", ".join(rows[0])))
        _fill(file, tables)
    return path


def _fill(file: sqlite3.Connection, tables: Any) -> None:
    for name, rows in tables.items():
        for row in rows:
            # Python sends no text that is not UTF-8, but other programs do.
            marks = ", ".join(
                "CAST(? AS TEXT)" if isinstance(value, bytes) else "?" for value in row.values()
            )
            file.execute(
                f"INSERT INTO {name}({', '.join(row)}) VALUES ({marks})", tuple(row.values())
            )


def violation(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(FIRST),
        "user_id": USER,
        "guild_id": GUILD,
        "message_id": 77,
        "reason": "spam",
        "severity": "high",
        "detection_type": "regex",
        "action_taken": "10-minute timeout",
        "timestamp": "2026-01-05 09:15:30",
    } | changes


def warning(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "user_id": USER,
        "guild_id": GUILD,
        "level": 3,
        "kicked_before": 1,
        "last_violation": "2026-01-05T09:15:30Z",
        "created_at": "2025-12-01 00:00:00",
    } | changes


def appeal(**changes: Any) -> dict[str, Any]:
    return {
        "id": "appeal-1",
        "user_id": USER,
        "guild_id": GUILD,
        "violation_id": str(FIRST),
        "thread_id": 55,
        "status": "Approved",
        "created_at": "2026-01-05 10:00:00",
        "resolved_at": "2026-01-06T10:00:00+02:00",
        "resolved_by": OTHER_USER,
    } | changes


def metrics(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "guild_id": GUILD,
        "hour": "2026-01-05 09:00:00",
        "messages_processed": 120,
        "regex_violations": 2,
        "ai_violations": 3,
        "high_severity": 1,
        "medium_severity": 1,
        "low_severity": 3,
        "avg_response_time_ms": 41.5,
    } | changes


def config(**changes: Any) -> dict[str, Any]:
    return {
        "guild_id": GUILD,
        "severity_threshold": 0.7,
        "buffer_timeout_secs": 20,
        "buffer_threshold": 4,
        "mod_role_id": 66,
        "created_at": "2025-12-01 00:00:00",
        "updated_at": "2026-01-01 00:00:00",
    } | changes


def rules(**changes: Any) -> dict[str, Any]:
    row = {"guild_id": GUILD, "rules_text": "Be kind.", "updated_at": "2026-01-01T00:00:00Z"}
    return row | {"updated_by": OTHER_USER} | changes


def audit(**changes: Any) -> dict[str, Any]:
    row = {"id": 1, "guild_id": GUILD, "user_id": str(OTHER_USER), "action": "rules_updated"}
    return row | {"details": "{}", "timestamp": "2026-01-01 00:00:00"} | changes


def user(**changes: Any) -> dict[str, Any]:
    row = {"user_id": USER, "username": "ann", "discriminator": "0", "avatar": "abc123"}
    times = {"cached_at": "2026-01-01 00:00:00", "updated_at": "2026-01-02 00:00:00"}
    return row | times | changes


def role(**changes: Any) -> dict[str, Any]:
    row = {"id": 1, "guild_id": GUILD, "user_id": OTHER_USER, "role": "Moderator"}
    return row | {"assigned_by": USER, "assigned_at": "2026-01-01 00:00:00"} | changes


def tidy(path: Path) -> Path:
    """One row and more of every table, as the bot would have written them."""
    return make(
        path,
        violations=[violation(), violation(id=str(SECOND), timestamp="2026-01-05T11:00:00.500Z")],
        user_warnings=[warning()],
        appeals=[appeal()],
        metrics_hourly=[metrics(), metrics(id=2, hour="2026-01-04T20:00:00Z")],
        server_config=[config()],
        server_rules=[rules()],
        audit_log=[audit(), audit(id=2, user_id="system")],
        user_cache=[user()],
        role_assignments=[role()],
        sessions=[{"id": "s", "secret": "do not take this"}],
    )


# What is wrong with each, and the reason that is to be told.
REFUSED_VIOLATIONS = {
    "severity is none of low, medium, high": [
        violation(severity="catastrophic"),
        violation(severity=b"\xff"),
    ],
    "detection_type is none of regex, ai, automod, manual, raid": [
        violation(detection_type="luck")
    ],
    "user_id is not a Discord id": [
        violation(user_id=-5),
        violation(user_id=0),
        violation(user_id=None),
        violation(user_id="nobody"),
        violation(user_id="99999999999999999999"),
        violation(user_id=1.5),
        violation(user_id=1.0e18),
    ],
    "guild_id is not a Discord id": [violation(guild_id=-1), violation(guild_id=None)],
    "timestamp is not a time": [
        violation(timestamp=None),
        violation(timestamp="yesterday"),
        violation(timestamp="2026-02-30 10:00:00"),
        violation(timestamp=1767604530),
    ],
    "timestamp lies before 2015": [violation(timestamp="1970-01-01 00:00:00")],
    "timestamp lies in the future": [violation(timestamp="2031-01-01T00:00:00Z")],
}

AWKWARD_VIOLATIONS = [
    violation(id=str(FIRST).upper(), severity="HIGH", detection_type="Ai"),
    violation(id=str(FIRST)),  # the same once more
    violation(id=str(FIRST), guild_id=OTHER_GUILD),  # the same id elsewhere
    violation(id="violation-7", action_taken="Turned into a newt"),
    violation(id="violation-7", guild_id=OTHER_GUILD),
    violation(id=8, reason="x" * 1500, action_taken="Permanently banned " + "!" * 200),
    violation(id=9, reason=b"caf\xe9 \xff\xfe", action_taken=None),
    violation(id=10, reason="nul\0nul", message_id=-3),
    violation(id=11, reason="", severity=None, detection_type=None, message_id="none"),
    violation(id=12, reason="=cmd()|'<b>\u202e", user_id=str(USER), guild_id=str(GUILD)),
    violation(id=13, reason="\U0001f389" * 1000, message_id=0),
    violation(id=None),
    violation(id=None),  # twice the same, and nothing to tell them apart by
    violation(id=14, timestamp="2026-01-05 09:15:30.123456"),
    violation(id=15, timestamp="2026-01-05T09:15:30+05:30"),
    violation(id=16, timestamp="2026-01-05 09:15:30Z"),
]


def awkward_violations(path: Path) -> Path:
    bad = [row for rows in REFUSED_VIOLATIONS.values() for row in rows]
    return make_loose(path, violations=[*AWKWARD_VIOLATIONS, *bad])
