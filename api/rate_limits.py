"""How often one caller may ask: counted in Redis for all processes, in memory without it.

The quick reads (api/fast_reads.py) are not counted: answering one costs less than counting it.
Ingests are counted by each process for itself: two round trips to Redis were a seventh of a request
with one event.
"""

from __future__ import annotations

import time
from collections import Counter
from hashlib import sha256

from flask import Flask, Response, g, request
from flask_limiter import HeaderNames, Limiter
from flask_limiter.util import get_remote_address

from adapters.redis_link import TIMEOUT_SECONDS
from adapters.settings import Settings
from api.errors import Problem
from api.guard import COOKIE

READS = "1200 per minute"
WRITES = "240 per minute"
LOGINS = "60 per minute"
# A bot that sends one event at a time still is no nuisance; 5,000 in one request are one.
INGESTS_A_MINUTE = 60_000
_INGEST = "/api/v1/ingest"
HEADERS = {
    HeaderNames.LIMIT: "RateLimit-Limit",
    HeaderNames.REMAINING: "RateLimit-Remaining",
    HeaderNames.RESET: "RateLimit-Reset",
    HeaderNames.RETRY_AFTER: "Retry-After",
}


def install_rate_limits(app: Flask, settings: Settings) -> None:
    """MODWATCH_RATE_LIMITS=0 counts nothing."""
    # Before the limiter's own: Flask runs these hooks last to first.
    app.after_request(_as_standardised)
    Limiter(
        _caller,
        app=app,
        application_limits=[_limit],
        application_limits_exempt_when=_is_exempt,
        headers_enabled=True,
        header_name_mapping=HEADERS,
        retry_after="delta-seconds",
        storage_uri=_storage(settings.redis_url),
        storage_options={"socket_timeout": int(TIMEOUT_SECONDS)} if settings.redis_url else {},
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        strategy="fixed-window",
        enabled=settings.rate_limits,
    )
    if settings.rate_limits:
        counts = IngestCounts()
        app.before_request(lambda: _count_ingest(counts))


class IngestCounts:
    """Ingests of each caller within the current minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def left(self, caller: str, now: float) -> int:
        """Count one more; how many are left, below 0 when it is one too many."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[caller] += 1
        return INGESTS_A_MINUTE - self._counts[caller]


def _count_ingest(counts: IngestCounts) -> None:
    if request.path == _INGEST:
        now = time.time()
        g.ingests_left = left = counts.left(_caller(), now)
        if left < 0:
            wait = {"Retry-After": str(60 - int(now % 60))}
            detail = f"too many requests, at most {INGESTS_A_MINUTE} per 1 minute"
            raise Problem(429, detail, headers=wait)


def _as_standardised(response: Response) -> Response:
    """Seconds until the reset instead of its time; Retry-After only where one is to wait."""
    if (left := g.get("ingests_left")) is not None:
        response.headers["RateLimit-Limit"] = str(INGESTS_A_MINUTE)
        response.headers["RateLimit-Remaining"] = str(max(left, 0))
        response.headers["RateLimit-Reset"] = str((int(time.time()) // 60 + 1) * 60)
    if (reset := response.headers.get("RateLimit-Reset", "")).isdigit():
        response.headers["RateLimit-Reset"] = str(max(int(reset) - int(time.time()), 0))
    if response.status_code not in (429, 503):
        response.headers.pop("Retry-After", None)
    return response


def _storage(redis_url: str | None) -> str:
    """The address as the limits library writes it."""
    return "memory://" if redis_url is None else redis_url.replace("unix://", "redis+unix://", 1)


def _caller() -> str:
    """Who is counted: a token, a login, or else an address. Secrets are not stored."""
    secret = request.headers.get("Authorization") or request.cookies.get(COOKIE)
    if secret is None or request.path.startswith("/api/v1/auth/"):
        return get_remote_address()
    return sha256(secret.encode()).hexdigest()[:32]


def _is_exempt() -> bool:
    return not request.path.startswith("/api/") or request.path == _INGEST


def _limit() -> str:
    if request.path.startswith("/api/v1/auth/"):
        return LOGINS if request.path != "/api/v1/auth/me" else READS
    return READS if request.method in ("GET", "HEAD") else WRITES
