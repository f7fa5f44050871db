"""How the parts of the system are, for the operator and for whatever routes requests."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

from adapters.broker import BrokerAwayError
from adapters.process.time_limit import within
from adapters.redis.link import RedisRefusedError, RedisTroubleError
from adapters.redis.pulse import BEAT_ALIVE_MS, Pulse
from adapters.version import Version, this_version
from domain.clock import rfc3339
from domain.windows import MINUTE_MS
from models.exports.lost import lost_exports
from models.exports.turns import standing as export_standing
from models.outbox import count_guilds_aside
from models.put_aside import count_guilds_failing, failing_steps
from models.snapshots.dirty import count_put_aside
from models.work.long import last_done_ms
from services.alerts.watch import standing
from services.backups.dumps import last_dump_ms, missing_dump_ms
from services.backups.keeper import CREATE, NOT_SET_UP, are_set_up, is_late
from services.container import Parts
from services.operations.secrets import unreadable_in_sample
from services.reports.watch import standing as reports_standing

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
# Longer than a worker needs to start one, where none is at work.
EXPORTS_LATE_MS = 10 * MINUTE_MS
LEAST_FREE_SHARE = 0.05
# Who asks how we are gives up after two.
DATABASE_SECONDS = 1.5
# Requests are answered within five, whatever the database does: then something hangs.
INGEST_SECONDS = 10.0


# A status, and what is said to explain it.
Said = tuple[str, str]
# What to read where a check is not healthy: names of files in runbooks/.
RUNBOOKS = {
    "database": "database-failover",
    "cache": "redis-failover",
    "broker": "redis-failover",
    "workers": "ModwatchWorkersGone",
    "beat": "ModwatchBeatGone",
    "snapshots": "ModwatchGuildsAside",
    "background": "ModwatchGuildsAside",
    "alerts": "ModwatchAlertsUnwatched",
    "reports": "ModwatchReportsLate",
    "exports": "ModwatchExportsStuck",
    "discord_api": "discord-away",
    "storage": "full-disk",
    "secrets": "secret-rotation",
    "backups": "ModwatchBackupOld",
}
# The broker's, where it is no Redis.
OF_RABBITMQ = "ModwatchBrokerAway"
MIGRATIONS_MISSING = "migrations are missing: run `modwatch db upgrade`"


@dataclass(frozen=True, slots=True)
class Check:
    status: str
    message: str
    response_time_ms: float
    # What to read about it, where something is wrong.
    runbook: str | None = None


@dataclass(frozen=True, slots=True)
class HealthReport:
    """`status` is unhealthy without a database, degraded when anything else is away."""

    status: str
    version: Version
    checks: dict[str, Check]


def health_report(parts: Parts) -> HealthReport:
    database = _timed(lambda: _database(parts))

    def of_database(check: Callable[[Parts], Said]) -> Check:
        return _timed(lambda: _reading(parts, check, database.status == HEALTHY))

    checks = {
        "database": database,
        "cache": _timed(lambda: _redis(parts)),
        "broker": _timed(lambda: _broker(parts)),
        "workers": _timed(lambda: _workers(parts)),
        "beat": _timed(lambda: _beat(parts)),
        "snapshots": of_database(_snapshots),
        "background": of_database(_background),
        "alerts": of_database(_alerts),
        "reports": of_database(_reports),
        "exports": of_database(_exports),
        "discord_api": _timed(lambda: _discord(parts)),
        "storage": _timed(lambda: _storage(parts)),
        "secrets": of_database(_secrets),
        "backups": of_database(_backups),
    }
    states = {check.status for check in checks.values()}
    overall = DEGRADED if states - {HEALTHY} else HEALTHY
    return HealthReport(
        UNHEALTHY if database.status == UNHEALTHY else overall,
        this_version(),
        {name: _with_runbook(parts, name, check) for name, check in checks.items()},
    )


def is_ready(parts: Parts) -> tuple[bool, str]:
    """Whether requests can be served: the database answers and has the newest schema."""
    if parts.ingest.longest_wait_seconds > INGEST_SECONDS:
        return False, "an event has waited for more than 10 s to be stored"
    status, message = _database(parts)
    return status == HEALTHY, message


def _with_runbook(parts: Parts, name: str, check: Check) -> Check:
    if check.status == HEALTHY:
        return check
    is_of_rabbitmq = name == "broker" and parts.queue.broker.link is None
    return replace(check, runbook=OF_RABBITMQ if is_of_rabbitmq else RUNBOOKS[name])


def _timed(check: Callable[[], Said]) -> Check:
    started = time.perf_counter()
    status, message = check()
    return Check(status, message, round((time.perf_counter() - started) * 1000, 2))


def _database(parts: Parts) -> Said:
    """Whether it answers and has our schema: without either nothing can be served."""
    from adapters.migrations import lacks_migrations  # here, since it is large

    try:
        lacks = within(DATABASE_SECONDS, lambda: lacks_migrations(parts.database))
    except (SQLAlchemyError, TimeoutError):
        return UNHEALTHY, "the database cannot be reached"
    return (UNHEALTHY, MIGRATIONS_MISSING) if lacks else (HEALTHY, "answers")


def _reading(parts: Parts, check: Callable[[Parts], Said], is_there: bool) -> Said:
    """What the database knows; where it gives no answer nobody waits for it a second time."""
    if is_there:
        with suppress(SQLAlchemyError, TimeoutError):
            return within(DATABASE_SECONDS, lambda: check(parts))
    return DEGRADED, "not known: the database cannot be reached"


def _redis(parts: Parts) -> Said:
    if not parts.redis.is_configured:
        return DEGRADED, "runs without Redis: no live events, no workers"
    try:
        parts.redis.probe()
    except RedisRefusedError as error:
        return DEGRADED, f"Redis answers, but takes no writes: {error}"
    except RedisTroubleError:
        return DEGRADED, "Redis cannot be reached"
    return HEALTHY, "answers, and takes writes"


def _broker(parts: Parts) -> Said:
    """The same, unless MODWATCH_BROKER_URL names another."""
    if parts.queue.broker.link is parts.redis:
        return _redis(parts)
    try:
        parts.queue.broker.probe()
    except BrokerAwayError as error:
        return DEGRADED, f"the broker takes no tasks: {error}"
    return HEALTHY, "answers"


def _workers(parts: Parts) -> Said:
    count = Pulse(parts.redis).workers(parts.clock())
    if not count:
        return DEGRADED, "no worker gave a sign of life in the last 15 s"
    return HEALTHY, f"{count} alive"


def _beat(parts: Parts) -> Said:
    age_ms = Pulse(parts.redis).beat_age_ms(parts.clock())
    if age_ms is None or age_ms > BEAT_ALIVE_MS:
        return DEGRADED, "nothing that beat sends was done in the last 100 s"
    return HEALTHY, f"last seen {max(age_ms, 0) // 1000} s ago"


def _snapshots(parts: Parts) -> Said:
    with parts.database.read() as connection:
        guilds, events = count_put_aside(connection), count_guilds_aside(connection)
    if guilds or events:
        return DEGRADED, f"guilds put aside after errors: {guilds} snapshots, {events} live events"
    return HEALTHY, "no guild is put aside"


def _background(parts: Parts) -> Said:
    """What is done for many servers at once, and steps that follow each other."""
    with parts.database.read() as connection:
        steps, guilds = failing_steps(connection), count_guilds_failing(connection)
    said = [f"steps that fail: {', '.join(steps)}"] if steps else []
    said += [f"guilds put aside after errors: {n} {work}" for work, n in sorted(guilds.items())]
    return (DEGRADED, "; ".join(said)) if said else (HEALTHY, "no step fails, for no guild")


def _alerts(parts: Parts) -> Said:
    now_ms = parts.clock()
    alerts = standing(parts.database, now_ms)
    if alerts.is_late(now_ms):
        return DEGRADED, f"what is due waits for {alerts.overdue_ms // 1000} s, or is not looked at"
    if alerts.broken_channels:
        return HEALTHY, f"{alerts.open_alerts} open; {alerts.broken_channels} channels are broken"
    return HEALTHY, f"{alerts.open_alerts} open"


def _reports(parts: Parts) -> Said:
    now = reports_standing(parts.database, parts.clock())
    waits = f"{now.overdue} schedules overdue, {now.runs.due} runs to be made"
    if now.is_late:
        seconds = max(now.overdue_ms, now.oldest_due_ms) // 1000
        return DEGRADED, f"what is due waits for {seconds} s: {waits}"
    return HEALTHY, f"{waits}, {now.runs.built} being sent"


def _exports(parts: Parts) -> Said:
    with parts.database.read() as connection:
        exports = export_standing(connection, lost_exports(connection, parts.clock()))
    waits = f"{exports.queued} wait, {exports.running} run"
    if exports.stuck:
        return DEGRADED, f"{waits}; {exports.stuck} wait for room on the disk or for the database"
    waited_ms = 0 if exports.oldest_queued_ms is None else parts.clock() - exports.oldest_queued_ms
    if waited_ms > EXPORTS_LATE_MS and not exports.running:
        return DEGRADED, f"{waits}, the first of them for {waited_ms // MINUTE_MS} min"
    return HEALTHY, waits


def _discord(parts: Parts) -> Said:
    if parts.settings.discord_client_id is None and parts.settings.discord_bot_token is None:
        return HEALTHY, "not set up: no MODWATCH_DISCORD_CLIENT_ID"
    if (heard := parts.discord_pulse.last()) is None:
        return HEALTHY, "set up, not asked lately"
    seconds = max(parts.clock() - heard.at_ms, 0) // 1000
    if not heard.answers:
        return DEGRADED, f"gave no answer {seconds} s ago"
    return HEALTHY, f"answered {seconds} s ago"


def _secrets(parts: Parts) -> Said:
    if not unreadable_in_sample(parts.database, parts.boxes):
        return HEALTHY, "what is stored sealed can be read"
    return DEGRADED, "sealed under another key: set MODWATCH_SECRET_KEY_OLD to the one before"


def _backups(parts: Parts) -> Said:
    if (at_ms := missing_dump_ms(parts.settings.data_dir, parts.clock())) is not None:
        return DEGRADED, f"the last dump is of {rfc3339(at_ms)}"
    if not are_set_up(parts.settings):
        at_ms = last_dump_ms(parts.settings.data_dir)
        return HEALTHY, NOT_SET_UP if at_ms is None else f"the last dump is of {rfc3339(at_ms)}"
    with parts.database.read() as connection:
        last_ms = last_done_ms(connection, CREATE)
    if last_ms is None:
        return DEGRADED, "none was made yet"
    status = DEGRADED if is_late(parts.settings, last_ms, parts.clock()) else HEALTHY
    return status, f"the last is of {rfc3339(last_ms)}"


def _storage(parts: Parts) -> Said:
    try:
        usage = shutil.disk_usage(parts.settings.data_dir)
    except OSError:
        return DEGRADED, "the data folder cannot be read"
    free = usage.free / usage.total
    status = HEALTHY if free > LEAST_FREE_SHARE else DEGRADED
    return status, f"{free:.0%} of the disk is free"
