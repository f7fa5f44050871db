"""Errors in the OpenAPI document: one answer for each status, with an example."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

from api.http.problems import TITLES
from schemas.answers.common import ProblemAnswer

Json = dict[str, Any]
SUCH_AS = {
    400: "the body is not a JSON object",
    401: "log in, or send an API token",
    403: "this needs the role admin in this server",
    408: "the body is too slow",
    404: "there is nothing at this address",
    409: "the appeal was denied already",
    412: "the config has changed meanwhile; it is at version 4 now",
    413: "the body is larger than 256 KiB",
    415: "send application/json",
    422: "some fields are invalid",
    429: "too many requests, at most 240 per 1 minute",
    503: "the database cannot be reached",
}


def problem_name(status: int) -> str:
    """What the answer for an error is called in the document, such as `NotFound`."""
    return TITLES[status].title().replace(" ", "")


def add_problems(spec: APISpec) -> None:
    for status, title in TITLES.items():
        spec.components.response(problem_name(status), _problem(status, title))


def _problem(status: int, title: str) -> Json:
    detail = SUCH_AS.get(status, title.lower())
    example = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "error": detail,
        "request_id": "5c3f0e9a41d27b6688f0a1c2",
        **(
            {"errors": {"period": ["must be one of hour, day, week, month"]}}
            if status == 422
            else {}
        ),
    }
    headers = {"Retry-After": "Retry-After"} if status in (429, 503) else {}
    content = {"application/problem+json": {"schema": ProblemAnswer, "example": example}}
    return {"description": title, "headers": headers, "content": content}
