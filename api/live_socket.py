"""One open WebSocket: frames go out in order, without anybody waiting for a slow reader.

A frame is sent at once where the kernel takes it. Where it does not, frames queue up and a drain of
this socket's own sends them; when too many wait, superseded ones go first, and then the socket.
"""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from typing import Any, NamedTuple

from domain.live import Close

MOST_WAITING_FRAMES = 1_000
MOST_WAITING_BYTES = 1024 * 1024
DRAIN_SECONDS = 10.0
PING_FRAME = b"\x89\x00"


class Waiting(NamedTuple):
    frame: bytes
    supersedes: str | None


def text_frame(payload: bytes) -> bytes:
    """A whole, unmasked text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


def close_frame(code: int) -> bytes:
    return struct.pack("!BBH", 0x88, 2, code)


class LiveSocket:
    """Takes the place of the socket that simple-websocket writes to, so that frames never mix."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        # gevent's sockets wait in `send`; the one underneath does not.
        self._raw = getattr(sock, "_sock", sock)
        self._waiting: deque[Waiting] = deque()
        self._waiting_bytes = 0
        self._draining = False
        self._closed = False
        self._lock = Lock()
        self.on_end: Callable[[], None] | None = None

    def send(self, data: bytes) -> int:
        """What simple-websocket calls: whole control frames."""
        self._enqueue(Waiting(data, None))
        return len(data)

    def recv(self, size: int) -> bytes:
        received: bytes = self._sock.recv(size)
        return received

    def fileno(self) -> int:
        number: int = self._sock.fileno()
        return number

    def close(self) -> None:
        self._closed = True
        self._sock.close()

    def push(self, payload: bytes, supersedes: str | None = None) -> None:
        """Send a JSON message; never waits."""
        self._enqueue(Waiting(text_frame(payload), supersedes))

    def push_frame(self, frame: bytes, supersedes: str | None = None) -> None:
        """The same for a frame that is made already, once for all sockets."""
        self._enqueue(Waiting(frame, supersedes))

    def end(self, code: int) -> None:
        """Send a close frame, if the reader takes any more, and shut the connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if not self._draining:
                self._send_now(close_frame(code))
        with suppress(OSError):  # the other side may be quicker
            self._sock.shutdown(socket.SHUT_RDWR)
        if self.on_end is not None:
            self.on_end()

    def _enqueue(self, item: Waiting) -> None:
        with self._lock:
            if self._closed:
                return
            if not self._draining:
                rest = self._send_now(item.frame)
                if not rest:
                    return
                # The rest of a frame must follow before anything else.
                item = Waiting(rest, None)
                self._draining = True
                Thread(target=self._drain, daemon=True).start()
            self._waiting.append(item)
            self._waiting_bytes += len(item.frame)
            too_slow = self._is_over() and not self._drop_superseded()
        if too_slow:
            self.end(Close.TOO_SLOW)

    def _send_now(self, frame: bytes) -> bytes:
        """What of the frame the kernel did not take."""
        try:
            sent = self._raw.send(frame, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return frame
        except OSError:
            self._closed = True
            return b""
        return frame[sent:]

    def _is_over(self) -> bool:
        too_many = len(self._waiting) > MOST_WAITING_FRAMES
        return too_many or self._waiting_bytes > MOST_WAITING_BYTES

    def _drop_superseded(self) -> bool:
        """Keep the latest of each key; whether that made enough room."""
        seen: set[str] = set()
        kept: deque[Waiting] = deque()
        for item in reversed(self._waiting):
            if item.supersedes is None or item.supersedes not in seen:
                kept.appendleft(item)
            if item.supersedes is not None:
                seen.add(item.supersedes)
        self._waiting = kept
        self._waiting_bytes = sum(len(item.frame) for item in kept)
        return not self._is_over()

    def _drain(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self._closed:
                    self._draining = False
                    return
                item = self._waiting.popleft()
                self._waiting_bytes -= len(item.frame)
            try:
                self._sock.settimeout(DRAIN_SECONDS)
                self._sock.sendall(item.frame)
                self._sock.settimeout(None)
            except OSError:
                self._draining = False
                self.end(Close.TOO_SLOW)
                return
