"""Every answer is a problem document with a request id, those of gunicorn itself as well."""

from __future__ import annotations

import pytest

from tests.server.process import Served
from tests.server.raw import asked, check_problem

HOST = b"Host: localhost\r\n"
HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 9_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: 1\r\n" * 200 + b"\r\n", 431),
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/9.7\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"No colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: zip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Expect: a miracle\r\n\r\n", 417),
        (b"GET /nothing HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ],
)
def test_what_is_refused_is_told_as_a_problem(
    served: Served, request_bytes: bytes, status: int
) -> None:
    check_problem(asked(served.port, request_bytes), status)


@pytest.mark.parametrize("size", ["-1", "zz", "0x10", "", "5;\r"])
def test_a_chunk_of_no_size_is_the_senders_fault(served: Served, size: str) -> None:
    head = (
        f"POST /api/v1/ingest HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {served.bot_token}\r\n"
        f"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n"
    )
    check_problem(asked(served.port, head.encode()), 400)
    assert "Traceback" not in served.process.log()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Version": ""}, 426),
        ({"Upgrade": "h2c"}, 426),
        ({"Connection": "close"}, 426),
        ({"Sec-WebSocket-Key": ""}, 400),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Key": "*" * 24}, 400),
    ],
)
def test_what_cannot_become_a_socket_is_told_so(
    served: Served, changed: dict[str, str], status: int
) -> None:
    headers = {"Host": "localhost"} | HANDSHAKE | changed
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    answer = asked(served.port, "\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode())
    check_problem(answer, status)
    assert (answer.headers["Sec-WebSocket-Version"] == "13") == (status == 426)
    assert "Traceback" not in served.process.log()


@pytest.mark.parametrize("header", ["SCRIPT_NAME: /x", "Script-Name: /x", "PATH_INFO: /x"])
def test_nobody_tells_the_server_where_it_is(served: Served, header: str) -> None:
    """Not this machine either: whoever speaks for others is named by MODWATCH_TRUSTED_PROXIES."""
    head = f"GET /health/live HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n"
    answer = asked(served.port, head.encode())
    assert (answer.status, answer.headers.get("Link")) == (200, None)
