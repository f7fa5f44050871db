"""How often one caller may ask: counted in Redis for all processes, in memory without it.

The quick reads (api/fast_reads.py) are not counted: answering one costs less than counting it.
"""

from __future__ import annotations

import time
from hashlib import sha256

from flask import Flask, Response, request
from flask_limiter import HeaderNames, Limiter
from flask_limiter.util import get_remote_address

from adapters.redis_link import TIMEOUT_SECONDS
from adapters.settings import Settings
from api.guard import COOKIE

READS = "1200 per minute"
WRITES = "240 per minute"
LOGINS = "60 per minute"
# A bot that sends one event at a time still is no nuisance; 5,000 in one request are one.
INGESTS = "60000 per minute"
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
        application_limits_exempt_when=lambda: not request.path.startswith("/api/"),
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


def _as_standardised(response: Response) -> Response:
    """Seconds until the reset instead of its time; Retry-After only where one is to wait."""
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


def _limit() -> str:
    if request.path == "/api/v1/ingest":
        return INGESTS
    if request.path.startswith("/api/v1/auth/"):
        return LOGINS if request.path != "/api/v1/auth/me" else READS
    return READS if request.method in ("GET", "HEAD") else WRITES
