"""Nobody is waited for without limit, and what is too large is refused before it is read."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from select import select
from selectors import EVENT_READ, DefaultSelector

from tests.parts import until
from tests.server.process import Served
from tests.server.raw import (
    PATIENCE_SECONDS,
    asked,
    check_problem,
    connected,
    is_hung_up,
    read_answer,
)

MIB = 1024 * 1024


def head(path: str, token: str, length: int, method: str = "POST") -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def ingest(served: Served, length: int) -> bytes:
    return head("/api/v1/ingest", served.bot_token, length)


def test_only_events_may_be_many(served: Served) -> None:
    """The answer comes although nothing of the body was sent."""
    rules = "/api/v1/servers/700/rules"
    refused = asked(served.port, head(rules, served.api_token, 256 * 1024 + 1, "PUT"))
    check_problem(refused, 413)
    assert refused.problem["detail"] == "the body is larger than 256 KiB"
    assert refused.headers["Connection"] == "close"
    refused = asked(served.port, ingest(served, 5 * MIB + 1))
    check_problem(refused, 413)
    assert refused.problem["detail"] == "the body is larger than 5 MiB"


def test_the_body_of_a_stranger_is_not_read(served: Served) -> None:
    refused = asked(served.port, head("/api/v1/ingest", "mwb_nobody", 5 * MIB))
    check_problem(refused, 401)
    assert refused.headers["Connection"] == "close"


def test_an_answer_reaches_who_is_still_sending(served: Served) -> None:
    """Closed at once, the connection would be reset, and the answer lost with it."""
    with connected(served.port) as connection:
        connection.sendall(head("/api/v1/ingest", "mwb_nobody", 4 * MIB))
        connection.sendall(b" " * (4 * MIB))
        check_problem(read_answer(connection), 401)
        assert is_hung_up(connection)


def test_what_stops_coming_or_trickles_ends_and_what_rests_does_not(served: Served) -> None:
    """All side by side: each is waited for ten seconds. Balancers rest longer, and send again."""
    begun = [
        ingest(served, 1_000) + b"{",
        head("/api/v1/servers/700/rules", served.api_token, 1_000, "PUT") + b"{",
        b"GET / HTTP/1.1\r\nHost: local",
    ]
    with ExitStack() as held:
        resting = held.enter_context(connected(served.port))
        assert alive(resting)
        trickle = {ingest(served, 5 * MIB) + b"{": 256, b"GET / HTTP/1.1\r\nHost: local": 1}
        begun += trickle
        connections = [held.enter_context(connected(served.port)) for _ in begun]
        for connection, bytes_sent in zip(connections, begun, strict=True):
            connection.sendall(bytes_sent)
        for connection, size in zip(connections[-len(trickle) :], trickle.values(), strict=True):
            until(lambda: is_answered(connection, size), PATIENCE_SECONDS, "an end")  # noqa: B023
        for connection in connections:
            check_problem(read_answer(connection), 408)
            assert is_hung_up(connection)
        assert alive(resting)


def is_answered(connection: socket.socket, size: int) -> bool:
    """Whether it is; until then so many bytes more come with each look."""
    answered, _, _ = select([connection], [], [], 0)
    if not answered:
        connection.sendall(b" " * size)
    return bool(answered)


def alive(connection: socket.socket) -> bool:
    """Whether the connection has a request answered, and is kept for the next."""
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = read_answer(connection)
    return answer.status == 200 and answer.headers["Connection"] == "keep-alive"


def test_one_bot_holds_a_few_large_bodies_and_no_more(served: Served) -> None:
    """32 MiB: of seven bodies of 5 MiB one is told to wait; others are answered meanwhile."""
    with ExitStack() as held:
        waiting = [held.enter_context(connected(served.port)) for _ in range(7)]
        selector = held.enter_context(DefaultSelector())
        for connection in waiting:
            connection.sendall(ingest(served, 5 * MIB) + b"{")
            selector.register(connection, EVENT_READ, connection)
        ((answered, _),) = selector.select(PATIENCE_SECONDS)
        refused = read_answer(answered.data)
        check_problem(refused, 429)
        assert refused.headers["Retry-After"] == "1"
        small = b'{"events": []}'
        assert asked(served.port, ingest(served, len(small)) + small).status == 202
        assert whole_body(served) == 429
    until(lambda: whole_body(served) == 400, PATIENCE_SECONDS, "turns that were given back")


def whole_body(served: Served) -> int:
    """How a body of 3 MiB of nothing is answered."""
    with connected(served.port) as connection:
        connection.sendall(ingest(served, 3 * MIB) + b" " * (3 * MIB))
        return read_answer(connection).status
