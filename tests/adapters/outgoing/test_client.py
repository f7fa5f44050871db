"""The guarded client against real listeners: where no connection may come, none comes."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import httpcore
import pytest
import trustme

from adapters.outgoing.client import MOST_BYTES, Answer, Outgoing, OutgoingError
from adapters.outgoing.networks import parse_openings
from tests.parts import until
from tests.servers.door import Conversation, door, request_of

NAME = "hook.example.org"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: door\r\n\r\nok"


def says(answer: bytes) -> Conversation:
    def talk(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    return talk


def lookup(*addresses: str) -> Callable[[str], Sequence[str]]:
    return lambda _host: addresses


def ask(outgoing: Outgoing, address: str, **more: Any) -> Answer:
    return outgoing.request("POST", address, headers={}, body=b"{}", **more)


def opened(port: int, **more: Any) -> Outgoing:
    return Outgoing(parse_openings(f"127.0.0.0/8:{port}"), **more)


class Dialled(httpcore.NetworkBackend):
    """Notes where a connection would go; there is none."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.hosts.append(f"{host}:{port}")
        raise httpcore.ConnectError("nobody is there")


def test_an_answer_comes_back_whole() -> None:
    with door(says(OK)) as server:
        answer = ask(opened(server.port), f"http://127.0.0.1:{server.port}/x")
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (200, b"ok", "door")


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["::1"],
        [],
    ],
)
def test_one_bad_address_of_a_name_is_enough_and_nothing_is_dialled(found: list[str]) -> None:
    dialled = Dialled()
    with pytest.raises(OutgoingError) as refused:
        ask(Outgoing(lookup=lookup(*found), sockets=dialled), f"https://{NAME}/x")
    assert dialled.hosts == []
    assert not refused.value.may_have_arrived


def test_a_name_that_changes_its_mind_is_asked_once_and_what_was_judged_is_dialled() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]]
    dialled = Dialled()
    with pytest.raises(OutgoingError, match="refused"):
        ask(Outgoing(lookup=lambda _host: answers.pop(0), sockets=dialled), f"https://{NAME}/x")
    assert dialled.hosts == ["93.184.216.34:443"]
    assert len(answers) == 2


def test_an_opening_for_one_port_opens_no_other() -> None:
    with door(says(OK)) as server, door(says(OK)) as other:
        outgoing = opened(server.port, lookup=lookup("127.0.0.1"))
        for address in (f"http://127.0.0.1:{other.port}/", f"http://{NAME}:{other.port}/"):
            with pytest.raises(OutgoingError, match="address_not_allowed"):
                ask(outgoing, address)
        assert ask(outgoing, f"http://{NAME}:{server.port}/").status == 200
        assert other.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "2130706433", "127.1", NAME]
)
def test_no_writing_of_an_address_comes_to_who_listens_there(host: str) -> None:
    """Both of HTTP's ways, and a name that first answers with somebody else's address."""
    answers = [["93.184.216.34", "127.0.0.1"], ["127.0.0.1"]]
    with door(says(OK)) as server:
        outgoing = Outgoing(lookup=lambda _host: answers.pop(0) if len(answers) > 1 else answers[0])
        for scheme in ("https", "http"):
            with pytest.raises(OutgoingError) as refused:
                ask(outgoing, f"{scheme}://{host}:{server.port}/")
            assert not refused.value.may_have_arrived
        assert server.connections == 0


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with door(says(OK)) as inner:
        to = f"http://127.0.0.1:{inner.port}/latest/meta-data/".encode()
        moved = b"HTTP/1.1 302 Found\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n\r\n"
        with door(says(moved)) as server:
            both = parse_openings(f"127.0.0.1:{server.port}, 127.0.0.1:{inner.port}")
            answer = ask(Outgoing(both), f"http://127.0.0.1:{server.port}/")
        assert answer.status == 302
        assert inner.connections == 0


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with door(says(OK)) as proxy, door(says(OK)) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        ask(opened(server.port), f"http://127.0.0.1:{server.port}/")
        assert (proxy.connections, server.connections) == (0, 1)


def test_each_request_has_a_connection_of_its_own() -> None:
    with door(says(OK)) as server:
        outgoing = opened(server.port)
        for _ in range(3):
            ask(outgoing, f"http://127.0.0.1:{server.port}/")
        assert server.connections == 3


def test_tls_asks_for_the_name_and_not_for_the_address() -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    for name, outcome in ((NAME, 200), ("other.example.org", "tls")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        with door(says(OK), context) as server:
            outgoing = opened(server.port, tls=trusting, lookup=lookup("127.0.0.1"))
            assert _status(outgoing, f"https://{NAME}:{server.port}/") == outcome


def _status(outgoing: Outgoing, address: str) -> int | str:
    """The status; where there is none, why, and that not one byte was sent."""
    begun: list[bool] = []
    try:
        return ask(outgoing, address, on_sending=lambda: begun.append(True)).status
    except OutgoingError as error:
        return "begun" if begun or error.may_have_arrived else error.reason


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(NAME).configure_cert(context)
    with door(says(OK), context) as server:
        outgoing = opened(server.port, lookup=lookup("127.0.0.1"))
        assert _status(outgoing, f"https://{NAME}:{server.port}/") == "tls"


def test_an_answer_is_read_up_to_its_limit() -> None:
    def endless(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with door(endless) as server:
        answer = ask(opened(server.port), f"http://127.0.0.1:{server.port}/")
    assert (answer.status, len(answer.body)) == (200, MOST_BYTES)


def test_one_deadline_holds_though_a_byte_comes_now_and_then() -> None:
    def slowly(connection: socket.socket) -> None:
        request_of(connection)
        connection.settimeout(0.02)
        while True:
            connection.sendall(b"H")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    with door(slowly) as server, pytest.raises(OutgoingError, match="timeout") as late:
        # By then a busy machine has sent the request.
        ask(opened(server.port), f"http://127.0.0.1:{server.port}/", deadline_seconds=1.0)
    assert late.value.may_have_arrived


def test_a_look_up_that_hangs_ends_with_the_deadline() -> None:
    answered = Event()

    def hang(_host: str) -> Sequence[str]:
        answered.wait()
        return ["93.184.216.34"]

    outgoing = Outgoing(lookup=hang, sockets=Dialled())
    with pytest.raises(OutgoingError, match=r"no_such_host|timeout") as late:
        ask(outgoing, f"https://{NAME}/", deadline_seconds=0.05)
    answered.set()
    assert not late.value.may_have_arrived


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\n", b"what is this\r\n\r\n"])
def test_a_connection_that_is_cut_may_have_brought_it(before: bytes) -> None:
    with door(says(before)) as server, pytest.raises(OutgoingError) as cut:
        ask(opened(server.port), f"http://127.0.0.1:{server.port}/")
    assert (cut.value.reason, cut.value.may_have_arrived) == ("connection_cut", True)


def test_a_port_where_nobody_listens_surely_got_nothing() -> None:
    with door(says(OK)) as server:
        port = server.port
    with pytest.raises(OutgoingError) as refused:
        ask(opened(port), f"http://127.0.0.1:{port}/")
    assert (refused.value.reason, refused.value.may_have_arrived) == ("refused", False)


def test_the_mark_is_set_once_connected_and_before_the_first_byte() -> None:
    received: list[bytes] = []
    with door(lambda connection: received.append(request_of(connection))) as server:

        def stop() -> None:
            assert server.connections <= 1
            raise KeyError("lease lost")

        with pytest.raises(KeyError, match="lease lost"):
            ask(opened(server.port), f"http://127.0.0.1:{server.port}/", on_sending=stop)
        until(lambda: bool(received), 60, "the end of the connection, as the server sees it")
    assert received == [b""]


def test_no_library_logs_an_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with door(says(OK)) as server:
        ask(opened(server.port), f"http://127.0.0.1:{server.port}/very-secret-token")
    assert "very-secret-token" not in caplog.text
