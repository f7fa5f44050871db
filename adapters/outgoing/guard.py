"""Judges where each connection goes, at the one place that opens them.

It stands below HTTP (httpcore's network backend), so there is no second look-up that could be
answered differently: what was judged is what is connected to. TLS still asks for the host by name.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpcore

from adapters.outgoing.networks import Address, Opening, covers_any, is_refused, literal, plain

MOST_ADDRESSES = 4  # of one name that are tried
Lookup = Callable[[str], Sequence[str]]


class UnreachableError(Exception):
    """There is no connection; the message is one word that says why."""


class Deadline:
    """One end for everything that a request does."""

    def __init__(self, seconds: float) -> None:
        self._at_seconds = time.monotonic() + seconds

    def left_seconds(self) -> float:
        """Raises TimeoutError when nothing is left."""
        left = self._at_seconds - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Guard(httpcore.NetworkBackend):
    """Connections for one request. `before_first_byte` is called once connected, TLS included."""

    def __init__(
        self,
        *,
        openings: Sequence[Opening],
        is_tls: bool,
        deadline: Deadline,
        before_first_byte: Callable[[], None],
        lookup: Lookup,
        sockets: httpcore.NetworkBackend,
    ) -> None:
        self._openings = openings
        self._is_tls = is_tls
        self._deadline = deadline
        self._before_first_byte = before_first_byte
        self._lookup = lookup
        self._sockets = sockets

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises UnreachableError."""
        addresses = self._judged(host, port)[:MOST_ADDRESSES]
        for number, address in enumerate(addresses):
            seconds = self._deadline.left_seconds() / (len(addresses) - number)
            try:
                stream = self._sockets.connect_tcp(str(address), port, timeout=seconds)
            except httpcore.ConnectTimeout:
                reason = "connect_timeout"
            except httpcore.ConnectError:
                reason = "refused"
            else:
                return _Stream(stream, self._deadline, self._before_first_byte)
        raise UnreachableError(reason)

    def _judged(self, host: str, port: int) -> list[Address]:
        addresses = self._looked_up(host)
        if not addresses:
            raise UnreachableError("no_such_host")
        if not all(self._may_reach(address, port) for address in addresses):
            raise UnreachableError("address_not_allowed")
        return addresses

    def _may_reach(self, address: Address, port: int) -> bool:
        if covers_any(self._openings, address, port):
            return True
        return self._is_tls and port == 443 and not is_refused(address)

    def _looked_up(self, host: str) -> list[Address]:
        """Looked up once. The system's look-up knows no timeout, so it is left behind if late."""
        if (address := literal(host)) is not None:
            return [plain(address)]
        found: Queue[Sequence[str]] = Queue()
        Thread(target=lambda: found.put(_names(self._lookup, host)), daemon=True).start()
        try:
            texts = found.get(timeout=self._deadline.left_seconds())
        except Empty:
            raise UnreachableError("no_such_host") from None
        return [plain(address) for text in texts if (address := literal(text)) is not None]


class _Stream(httpcore.NetworkStream):
    """A connection that keeps the deadline, and tells before its first byte."""

    def __init__(
        self, inner: httpcore.NetworkStream, deadline: Deadline, before: Callable[[], None]
    ) -> None:
        self._inner = inner
        self._deadline = deadline
        self._before: Callable[[], None] | None = before

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout=self._deadline.left_seconds())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._before is not None:
            before, self._before = self._before, None
            before()
        self._inner.write(buffer, timeout=self._deadline.left_seconds())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        assert self._before is not None
        try:
            secure = self._inner.start_tls(
                ssl_context, server_hostname, timeout=self._deadline.left_seconds()
            )
        except httpcore.ConnectTimeout:
            raise UnreachableError("connect_timeout") from None
        except httpcore.ConnectError:
            raise UnreachableError("tls") from None
        return _Stream(secure, self._deadline, self._before)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def look_up(host: str) -> list[str]:
    """Every internet address of a name, as the system knows them; none where there is no such."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def _names(lookup: Lookup, host: str) -> Sequence[str]:
    try:
        return lookup(host)
    except Exception:
        return []
