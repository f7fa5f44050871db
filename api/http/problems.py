"""The one shape of errors: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from typing import Any

import orjson

TITLES = {
    400: "Bad request",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflict",
    410: "Gone",
    412: "Out of date",
    413: "Too large",
    414: "Address too long",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    417: "Expectation failed",
    422: "Invalid",
    426: "Upgrade required",
    429: "Too many requests",
    431: "Headers too large",
    500: "Internal error",
    501: "Not implemented",
    503: "Temporarily unavailable",
}


def problem_body(
    status: int, detail: str, request_id: str | None, errors: dict[str, Any] | None = None
) -> bytes:
    """`errors` maps fields to messages."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "error": detail,
        "request_id": request_id,
    }
    if errors is not None:
        body["errors"] = errors
    # In a list the messages are by place, a number.
    return orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
