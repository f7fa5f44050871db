"""One request and its answer, free of any server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in; header names are in lower case, `path` has no query."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    address: str

    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out. Status 0 hangs up without a word."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


HANG_UP = Answer(0)


NO_HEADERS: Mapping[str, str] = {}


def json_answer(
    content: object, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> Answer:
    body = json.dumps(content, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": "application/json", **headers})


def text_answer(text: str, status: int, media_type: str = "text/plain") -> Answer:
    return Answer(status, text.encode(), {"Content-Type": f"{media_type}; charset=utf-8"})


def redirect(address: str) -> Answer:
    return Answer(HTTPStatus.FOUND, headers={"Location": address})
