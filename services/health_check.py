"""How the parts of the system are, for the operator and for whatever routes requests."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from adapters.pulse import BEAT_ALIVE_MS, Pulse
from adapters.version import this_version
from services.parts import Parts

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
LEAST_FREE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Check:
    status: str
    message: str
    response_time_ms: float


def health_report(parts: Parts) -> dict[str, Any]:
    """`status` is unhealthy without a database, degraded when anything else is away."""
    checks = {
        "database": _timed(lambda: _database(parts)),
        "cache": _timed(lambda: _redis(parts)),
        "broker": _timed(lambda: _redis(parts)),
        "workers": _timed(lambda: _workers(parts)),
        "beat": _timed(lambda: _beat(parts)),
        "discord_api": _timed(lambda: _discord(parts)),
        "storage": _timed(lambda: _storage(parts)),
    }
    states = {check.status for check in checks.values()}
    overall = DEGRADED if states - {HEALTHY} else HEALTHY
    if checks["database"].status == UNHEALTHY:
        overall = UNHEALTHY
    return {
        "status": overall,
        "version": asdict(this_version()),
        "checks": {name: asdict(check) for name, check in checks.items()},
    }


def is_ready(parts: Parts) -> tuple[bool, str]:
    """Whether requests can be served: the database answers and has the newest schema."""
    from adapters.migrations import is_current  # here, since it is large

    try:
        current = is_current(parts.database)
    except SQLAlchemyError:
        return False, "the database cannot be reached"
    return current, "ready" if current else "migrations are missing: run `flask db upgrade`"


def _timed(check: Callable[[], tuple[str, str]]) -> Check:
    started = time.perf_counter()
    status, message = check()
    return Check(status, message, round((time.perf_counter() - started) * 1000, 2))


def _database(parts: Parts) -> tuple[str, str]:
    try:
        parts.database.ping()
    except SQLAlchemyError:
        return UNHEALTHY, "the database cannot be reached"
    return HEALTHY, "answers"


def _redis(parts: Parts) -> tuple[str, str]:
    if not parts.redis.is_configured:
        return DEGRADED, "runs without Redis: no live events, no workers"
    if not parts.redis.ping():
        return DEGRADED, "Redis cannot be reached"
    return HEALTHY, "answers"


def _workers(parts: Parts) -> tuple[str, str]:
    count = Pulse(parts.redis).workers(parts.clock())
    if not count:
        return DEGRADED, "no worker gave a sign of life in the last 15 s"
    return HEALTHY, f"{count} alive"


def _beat(parts: Parts) -> tuple[str, str]:
    age_ms = Pulse(parts.redis).beat_age_ms(parts.clock())
    if age_ms is None or age_ms > BEAT_ALIVE_MS:
        return DEGRADED, "nothing that beat sends was done in the last 100 s"
    return HEALTHY, f"last seen {max(age_ms, 0) // 1000} s ago"


def _discord(parts: Parts) -> tuple[str, str]:
    if parts.settings.discord_client_id is None and parts.settings.discord_bot_token is None:
        return HEALTHY, "not set up: no MODWATCH_DISCORD_CLIENT_ID"
    if (heard := parts.discord_pulse.last()) is None:
        return HEALTHY, "set up, not asked lately"
    seconds = max(parts.clock() - heard.at_ms, 0) // 1000
    if not heard.answers:
        return DEGRADED, f"gave no answer {seconds} s ago"
    return HEALTHY, f"answered {seconds} s ago"


def _storage(parts: Parts) -> tuple[str, str]:
    try:
        usage = shutil.disk_usage(parts.settings.data_dir)
    except OSError:
        return DEGRADED, "the data folder cannot be read"
    free = usage.free / usage.total
    status = HEALTHY if free > LEAST_FREE_SHARE else DEGRADED
    return status, f"{free:.0%} of the disk is free"
