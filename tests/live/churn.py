"""Clients that come and go, in every way there is to go."""

from __future__ import annotations

import socket
import struct
from collections import Counter, deque
from collections.abc import Callable
from random import Random
from urllib.parse import urlsplit

import msgspec

from benchmarks.live_sockets import TEXT, masked, opened

CLOSE = 8
LASTING = 20  # sockets that stay until so many later ones have come
NORMAL = struct.pack("!H", 1000)
ABORT = struct.pack("ii", 1, 0)  # closing sends a reset
PATIENCE_SECONDS = 30.0


class Churn:
    """`address` gives one that is good once; `guild_ids` may be subscribed to with it."""

    def __init__(self, address: Callable[[], str], guild_ids: list[int], seed: int = 1) -> None:
        self._address, self._guild_ids, self._random = address, guild_ids, Random(seed)
        self._lasting: deque[socket.socket] = deque()
        self.seen: Counter[str] = Counter()

    def turn(self) -> None:
        """One comes, and one goes."""
        url = urlsplit(self._address())
        sock = opened(url.netloc, f"{url.path}?{url.query}")
        sock.settimeout(PATIENCE_SECONDS)
        way = self._random.choice(["hasty", "polite", "abrupt", "unsubscribed", "lasting"])
        self.seen[way] += 1
        if way != "hasty":
            self._subscribe(sock)
        if way == "unsubscribed":
            self._say(sock, "unsubscribe")
            _until(sock, b"unsubscribed")
        if way == "polite":
            sock.sendall(masked(CLOSE, NORMAL))
            _until(sock, b"")
        if way == "abrupt":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        if way == "lasting":
            self._lasting.append(sock)
        else:
            sock.close()
        if len(self._lasting) > LASTING:
            self._lasting.popleft().close()

    def end(self) -> None:
        for sock in self._lasting:
            sock.close()
        self._lasting.clear()

    def _subscribe(self, sock: socket.socket) -> None:
        self._say(sock, "subscribe")
        _until(sock, b'"subscribed"')

    def _say(self, sock: socket.socket, kind: str) -> None:
        guild_id = self._random.choice(self._guild_ids)
        message = {"type": kind, "guild_id": str(guild_id)}
        sock.sendall(masked(TEXT, msgspec.json.encode(message)))


def _until(sock: socket.socket, mark: bytes) -> None:
    """Read until `mark` was said; until the end for an empty one."""
    said = b""
    while data := sock.recv(65_536):
        said += data
        if mark and mark in said:
            return
    if mark:
        raise AssertionError(f"the connection ended before {mark!r}: {said[-200:]!r}")
