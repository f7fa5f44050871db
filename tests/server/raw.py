"""Requests byte by byte: what no HTTP library would send."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPMessage, HTTPResponse
from typing import Any

import orjson

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes
    problem: dict[str, Any] = field(default_factory=dict)


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)) as connection:
        yield connection


def read_answer(connection: socket.socket, method: str = "GET") -> Answer:
    response = HTTPResponse(connection, method=method)
    response.begin()
    body = response.read()
    is_problem = response.headers.get_content_type() == "application/problem+json"
    problem = orjson.loads(body) if is_problem else {}
    return Answer(response.status, response.headers, body, problem)


def asked(port: int, request: bytes) -> Answer:
    with connected(port) as connection:
        connection.sendall(request)
        return read_answer(connection)


def is_hung_up(connection: socket.socket) -> bool:
    """Whether the other side ends the connection, within the patience of the socket."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        pass
    return True


def check_problem(answer: Answer, status: int) -> None:
    """The document of an error, with the id by which our log knows it."""
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json", answer
    assert answer.problem["status"] == status
    assert answer.problem["request_id"] == answer.headers["X-Request-Id"] != "None"
    assert answer.problem["detail"] == answer.problem["error"] != ""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
