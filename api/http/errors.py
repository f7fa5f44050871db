"""Every error a client can see: `application/problem+json` (RFC 9457), in one shape."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, g
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from adapters.secret_box import UnreadableSecretError
from adapters.sqlite import BusyError
from adapters.telemetry.counts import QUOTA_REFUSALS
from adapters.telemetry.seldom import say_seldom
from api.http.problems import problem_body
from services.accounts.memberships import MembershipUnknownError
from services.guilds.usage import QuotaExceededError

RETRY_AFTER_SECONDS = 5
UNDEFINED_TABLE, UNDEFINED_COLUMN = "42P01", "42703"  # SQLSTATE
_log = structlog.get_logger()


class Problem(Exception):
    """An answer that is an error; `errors` maps fields to messages."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = errors, headers or {}


def problem_response(problem: Problem) -> Response:
    return Response(
        problem_body(problem.status, problem.detail, g.get("request_id"), problem.errors),
        problem.status,
        problem.headers,
        content_type="application/problem+json",
    )


def install_errors(app: Flask) -> None:
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(DBAPIError, _of_database)
    app.register_error_handler(PoolTimeoutError, _of_database)
    app.register_error_handler(MembershipUnknownError, _of_discord)
    app.register_error_handler(UnreadableSecretError, _of_secret)
    app.register_error_handler(QuotaExceededError, _of_quota)
    app.register_error_handler(Exception, _of_anything)


def _of_quota(error: QuotaExceededError) -> Response:
    QUOTA_REFUSALS.labels(error.what).inc()
    headers = {"Retry-After": str(error.retry_seconds)}
    return problem_response(Problem(429, str(error), headers=headers))


def _of_secret(error: UnreadableSecretError) -> Response:
    say_seldom(_log.error, "secret_unreadable")
    return problem_response(Problem(503, str(error), headers={"Retry-After": "60"}))


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response(status=status, headers=dict(error.get_headers()))
    # webargs puts its messages here: {"json": {"field": [...]}} or {"query": {...}}.
    messages = getattr(error, "data", {}).get("messages")
    errors = None
    if isinstance(messages, dict):
        errors = {field: texts for place in messages.values() for field, texts in place.items()}
    detail = "some fields are invalid" if errors else _plain(error)
    headers = {}
    if allowed := getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(allowed))
    return problem_response(Problem(status, detail, errors, headers))


def _plain(error: HTTPException) -> str:
    return {
        404: "there is nothing at this address",
        405: "this address does not take that method",
        413: "the body is too large",
        415: "the body is of a type this address does not read",
        429: f"too many requests, at most {error.description}",
    }.get(error.code or 500, error.description or "the request cannot be answered")


def _of_database(error: Exception) -> Response:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if _lacks_schema(error):
        say_seldom(_log.error, "migrations_missing", error=_words(error))
        return problem_response(Problem(503, "migrations are missing", headers=headers))
    if isinstance(error, BusyError):
        say_seldom(_log.warning, "database_busy")
        return problem_response(Problem(503, "the database is busy: try again", headers=headers))
    gone = isinstance(error, OperationalError | InterfaceError | PoolTimeoutError)
    if gone or getattr(error, "connection_invalidated", False):
        say_seldom(_log.error, "database_away", error=_words(error))
        return problem_response(Problem(503, "the database cannot be reached", headers=headers))
    return _of_anything(error)


def _words(error: Exception) -> str:
    return str(getattr(error, "orig", error))


def _lacks_schema(error: Exception) -> bool:
    """Whether a table or column is missing: the process started before the migrations."""
    cause = getattr(error, "orig", None)
    if getattr(cause, "sqlstate", None) in (UNDEFINED_TABLE, UNDEFINED_COLUMN):
        return True
    return isinstance(error, OperationalError) and "no such " in str(cause)  # SQLite's words


def _of_discord(error: MembershipUnknownError) -> Response:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    detail = "Discord cannot be reached to check your role"
    return problem_response(Problem(503, detail, headers=headers))


def _of_anything(error: Exception) -> Response:
    _log.error("unhandled_error", exc_info=error)
    return problem_response(Problem(500, "something went wrong on our side"))
