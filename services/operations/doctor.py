"""What an operator would find out sooner or later: each with what to do about it.

Every look may fail by itself: what is away is said, and the others go on.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from adapters.broker import BrokerAwayError
from adapters.redis.link import RedisTroubleError
from adapters.redis.pulse import BEAT_ALIVE_MS, Pulse
from models.violations.text_index import has_text_index
from services.container import Parts
from services.operations.backup_findings import backup_findings
from services.operations.findings import Finding, better, well, wrong
from services.operations.pairs import advice

OLDEST_POSTGRESQL, OLDEST_REDIS = 150_000, (6, 2)
# Windows of a minute and signatures of webhooks stand that much.
CLOCK_MS = 2_000
FREE_SHARE, FREE_BYTES = 0.10, 2_000_000_000


Look = Callable[[Parts], Iterator[Finding]]


def examine(parts: Parts) -> Iterator[Finding]:
    """Everything that can be looked at from here; takes seconds where something is away."""
    for look in LOOKS:
        try:
            yield from look(parts)
        except SQLAlchemyError as error:
            words = str(getattr(error, "orig", error)).strip().splitlines()[0]
            yield wrong("database", words, "is it up, and is MODWATCH_DATABASE_URL right?")
        except RedisTroubleError as error:
            yield wrong("redis", str(error), "is it up, and is MODWATCH_REDIS_URL right?")
        except OSError as error:
            yield wrong("disk", str(error), "is it mounted, and who owns it?")


def _settings(parts: Parts) -> Iterator[Finding]:
    settings = parts.settings
    for words in settings.unknown:
        yield wrong("settings", words, "correct the name, or take it away")
    if not settings.unknown:
        yield well("settings", "every MODWATCH_... variable is one")
    if settings.metrics_token is None and settings.bind not in ("127.0.0.1", "::1", "localhost"):
        yield better("settings", "anybody who reaches the port reads /metrics",
                      "set MODWATCH_METRICS_TOKEN, or keep the path to yourself")  # fmt: skip
    for words, remedy in advice(settings, os.environ):
        yield better("settings", words, remedy)


def _login(parts: Parts) -> Iterator[Finding]:
    settings = parts.settings
    if settings.discord_client_id is None:
        remedy = "set MODWATCH_DISCORD_CLIENT_ID and MODWATCH_DISCORD_CLIENT_SECRET"
        yield better("login", "nobody can log in with Discord", remedy)
        return
    yield well("login", f"Discord must know this redirect, letter by letter: "
                         f"{settings.login_redirect_url}")  # fmt: skip
    is_local = "//127.0.0.1" in settings.public_url or "//localhost" in settings.public_url
    if not settings.is_https and not is_local:
        remedy = "put TLS in front, and set MODWATCH_PUBLIC_URL to the https address"
        yield better("login", "logins go over the network unencrypted", remedy)


def _disk(parts: Parts) -> Iterator[Finding]:
    folders = {"data": parts.settings.data_dir, "exports": parts.settings.export_dir}
    if kept := parts.settings.backup_dir:
        folders["backups"] = kept
    for name, folder in folders.items():
        yield _room(name, folder)
    if kept and kept.exists() and kept.stat().st_dev == parts.settings.data_dir.stat().st_dev:
        remedy = "set MODWATCH_BACKUP_DIR to a folder on another disk"
        yield better("disk", "backups are on the disk of the data, and lost with it", remedy)


def _room(name: str, folder: Path) -> Finding:
    there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    if not os.access(there, os.W_OK):
        return wrong("disk", f"{folder} ({name}) cannot be written to", "see who owns it")
    usage = shutil.disk_usage(there)
    words = f"{folder} ({name}): {usage.free / 1e9:.1f} GB free"
    if usage.free < min(FREE_SHARE * usage.total, FREE_BYTES):
        return wrong("disk", words, "make room: runbooks/full-disk.md")
    return well("disk", words)


def _versions(parts: Parts) -> Iterator[Finding]:
    yield well("versions", f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    if parts.database.is_postgresql:
        with parts.database.read() as connection:
            number = int(connection.scalar(text("SHOW server_version_num")) or 0)
            words = f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"
        if number < OLDEST_POSTGRESQL:
            yield wrong("versions", words, "Modwatch needs 15 or newer")
        else:
            yield well("versions", words)


def _database(parts: Parts) -> Iterator[Finding]:
    from adapters.migrations import is_current, lacks_migrations  # here, since it is large

    if is_current(parts.database):
        yield well("database", "its schema is this release's")
    elif not lacks_migrations(parts.database):
        yield well("database", "its schema is a later release's, which is read as well")
    else:
        yield wrong("database", "migrations are missing", "run `modwatch db upgrade`")
        return
    with parts.database.read() as connection:
        if parts.database.is_postgresql:
            yield from _rights(connection)
        if not has_text_index(connection):
            remedy = "docs/configuration.md has how to add pg_trgm"
            yield better("database", "searches in large servers are slow: no trigrams", remedy)


def _rights(connection: Connection) -> Iterator[Finding]:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND NOT "
    # Several in one question would ask for any of them.
    each = " AND ".join(
        f"has_table_privilege(format('%I.%I', schemaname, tablename), '{right}')"
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
    )
    refused = connection.scalar(text(f"{tables}({each})")) or 0
    if refused:
        remedy = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO its user"
        yield wrong("database", f"{refused} tables cannot be read and written", remedy)
    creates = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
    if connection.scalar(text(creates)):
        yield well("database", "its user may do what it has to")
    else:
        remedy = "migrations need another user, or GRANT CREATE ON SCHEMA public TO this one"
        yield better("database", "its user may not create tables", remedy)


def _clock(parts: Parts) -> Iterator[Finding]:
    """Ours against those of the servers that we use, halfway through the question."""
    if parts.database.is_postgresql:
        yield _compare("PostgreSQL", parts, lambda: _postgresql_ms(parts))
    if parts.redis.is_configured:
        yield _compare("Redis", parts, lambda: _redis_ms(parts))


def _compare(name: str, parts: Parts, ask: Callable[[], int]) -> Finding:
    started_ms, started = parts.clock(), time.monotonic()
    theirs_ms = ask()
    ours_ms = started_ms + int((time.monotonic() - started) * 500)
    away_ms = theirs_ms - ours_ms
    side = "ahead" if away_ms > 0 else "behind"
    words = f"the clock of {name} is {abs(away_ms) / 1000:.1f} s {side}"
    if abs(away_ms) > CLOCK_MS:
        return wrong("clock", words, "have all hosts follow NTP (chrony, systemd-timesyncd)")
    return well("clock", words)


def _postgresql_ms(parts: Parts) -> int:
    with parts.database.read() as connection:
        query = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
        return int(connection.scalar(text(query)) or 0)


def _redis_ms(parts: Parts) -> int:
    seconds, microseconds = _ask(parts, lambda client: client.time())
    return int(seconds) * 1000 + int(microseconds) // 1000


def _redis(parts: Parts) -> Iterator[Finding]:
    if not parts.redis.is_configured:
        yield better("redis", "runs without: no live events, no workers", "set MODWATCH_REDIS_URL")
        return
    info: dict[str, Any] = _ask(parts, lambda client: client.info())
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info.get("redis_version"))
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        yield wrong("redis", f"{name} {version}", "Modwatch needs 6.2 or newer")
    else:
        yield well("redis", f"{name} {version}")
    if info.get("cluster_enabled") or info.get("redis_mode") == "cluster":
        remedy = "use one server, with a replica and Sentinels"
        yield wrong("redis", "it is a cluster, which scripts over several keys cannot use", remedy)
    if info.get("role") == "slave":
        yield wrong("redis", "it is a replica", "name its primary, or Sentinels, in the address")
    yield _policy(info, is_broker=parts.queue.broker.link is parts.redis)


def _policy(info: dict[str, Any], *, is_broker: bool) -> Finding:
    policy, most = str(info.get("maxmemory_policy", "noeviction")), int(info.get("maxmemory", 0))
    if is_broker and policy != "noeviction":
        remedy = "CONFIG SET maxmemory-policy noeviction, and in its file"
        return wrong("redis", f"it may throw tasks away when it is full ({policy})", remedy)
    words = f"{policy}, {most / 1e6:.0f} MB at the most" if most else f"{policy}, no limit"
    return well("redis", words)


def _processes(parts: Parts) -> Iterator[Finding]:
    if not parts.redis.is_configured:
        return
    try:
        parts.queue.broker.probe()
        yield well("tasks", "the broker takes them")
    except BrokerAwayError as error:
        yield wrong("tasks", f"the broker takes none: {error}", "see MODWATCH_BROKER_URL")
    pulse, now_ms = Pulse(parts.redis), parts.clock()
    workers, age_ms = pulse.workers(now_ms), pulse.beat_age_ms(now_ms)
    yield (
        well("tasks", f"{workers} workers")
        if workers
        else wrong("tasks", "no worker is alive", "start one: `make worker`")
    )
    if age_ms is None or age_ms > BEAT_ALIVE_MS:
        yield wrong("tasks", "beat does nothing", "start the one that there is to be: `make beat`")


def _ask(parts: Parts, command: Callable[[redis.Redis], Any]) -> Any:
    """Raises RedisTroubleError."""
    return parts.redis.run(command)


LOOKS: tuple[Look, ...] = (
    _settings,
    _login,
    _disk,
    _versions,
    _database,
    _clock,
    _redis,
    _processes,
    backup_findings,
)
