"""What the server itself refuses, before the application has a request: problem documents too."""

from __future__ import annotations

import os
from http import HTTPStatus

from gunicorn.http import errors

from api.http.problems import problem_body
from api.http.security import SECURITY_HEADERS


class SlowHeadersError(errors.ParseException):  # type: ignore[misc]
    """The rest of a request's head did not come in time."""


_OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)
_STATUSES: list[tuple[type[Exception], int, str]] = [
    (SlowHeadersError, 408, "the headers are too slow"),
    (errors.LimitRequestLine, 414, "the address is too long: at most 8,190 bytes"),
    (errors.LimitRequestHeaders, 431, "the headers are too large"),
    (errors.ExpectationFailed, 417, "that expectation cannot be met"),
    (errors.UnsupportedTransferCoding, 501, "the body's transfer coding is not known here"),
    (errors.ForbiddenProxyRequest, 403, "no proxy of ours"),
    (errors.ParseException, 400, "that is no HTTP request"),
]


def status_of(error: BaseException) -> tuple[int, str]:
    """Status and detail: 500 for what was no fault of the request."""
    if not isinstance(error, _OURS):
        for kind, status, detail in _STATUSES:
            if isinstance(error, kind):
                return status, detail
    return 500, "something went wrong on our side"


def refusal(error: BaseException) -> tuple[int, str, bytes]:
    """Status, request id, and the whole answer as it goes over the wire."""
    status, detail = status_of(error)
    request_id = os.urandom(12).hex()
    body = problem_body(status, detail, request_id)
    headers = [
        ("Connection", "close"),
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("X-Request-Id", request_id),
        *SECURITY_HEADERS,
    ]
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return status, request_id, "\r\n".join([*lines, "", ""]).encode() + body
