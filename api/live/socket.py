"""One open WebSocket: frames go out in order, without anybody waiting for a slow reader.

A frame is sent at once where the kernel takes it. Where it does not, frames queue up and a drain of
this socket's own sends them; when too many wait, superseded ones go first, and then the socket.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections import deque
from contextlib import suppress
from threading import Lock, Thread
from typing import Any, NamedTuple

from domain.live import Close

MOST_WAITING_FRAMES = 1_000
MOST_WAITING_BYTES = 1024 * 1024
# How long one frame may take; and the close frame, with what was begun before it.
DRAIN_SECONDS = 30.0
# How long the other side may take to hang up.
LINGER_SECONDS = 5.0
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

    __slots__ = ("_draining", "_lock", "_raw", "_sock", "_waiting", "_waiting_bytes", "is_ending")

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        # gevent's sockets wait in `send`; the one underneath does not.
        self._raw = getattr(sock, "_sock", sock)
        # None until the first frame has to wait: an empty deque has 700 bytes, a socket's tenth.
        self._waiting: deque[Waiting] | None = None
        self._waiting_bytes = 0
        self._draining = False
        self._lock = Lock()
        # A close frame is on its way or the connection is gone: nothing more is taken.
        self.is_ending = False

    def send(self, data: bytes) -> int:
        """What simple-websocket calls: whole control frames."""
        self.push(data)
        return len(data)

    def recv(self, size: int) -> bytes:
        """What comes. Of one that is ending only its end: what it still says is read away."""
        while True:
            received: bytes = self._sock.recv(size)
            time.sleep(0)  # who always has more to say leaves others their turn
            if not received or not self.is_ending:
                return received

    def fileno(self) -> int:
        number: int = self._sock.fileno()
        return number

    def close(self) -> None:
        self.is_ending = True
        self._sock.close()

    def push(self, frame: bytes, supersedes: str | None = None) -> None:
        """Send a whole frame, as `text_frame` makes it; never waits."""
        with self._lock:
            if self.is_ending:
                return
            if not self._draining:
                if rest := self._send_now(frame):
                    self._begin_draining(rest)
                return
            too_slow = not self._queue(Waiting(frame, supersedes))
        if too_slow:
            self.end(Close.TOO_SLOW)

    def end(self, code: int) -> None:
        """Send a close frame, behind what is half sent and before all that waits, and shut."""
        with self._lock:
            if self.is_ending:
                return
            self.is_ending = True
            if self._draining:
                # A slow reader reads it in the end: what the kernel has comes first.
                self._waiting = deque([Waiting(close_frame(code), None)])
                return
            self._send_now(close_frame(code))
        self._shut()

    def _send_now(self, frame: bytes) -> bytes:
        """What of the frame the kernel did not take."""
        try:
            sent = self._raw.send(frame, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return frame
        except OSError:
            self.is_ending = True
            self.cut()
            return b""
        # Mostly all of it: without a copy then.
        return b"" if sent == len(frame) else frame[sent:]

    def _begin_draining(self, rest: bytes) -> None:
        self._draining = True
        self._waiting = deque()
        # The rest of a frame is in nobody's queue: it must follow, whatever is dropped.
        Thread(target=self._drain, args=(rest,), daemon=True).start()

    def _queue(self, item: Waiting) -> bool:
        """Whether there is room for it, superseded ones dropped if need be."""
        assert self._waiting is not None
        self._waiting.append(item)
        self._waiting_bytes += len(item.frame)
        return not self._is_over() or self._drop_superseded()

    def _is_over(self) -> bool:
        too_many = len(self._waiting or ()) > MOST_WAITING_FRAMES
        return too_many or self._waiting_bytes > MOST_WAITING_BYTES

    def _drop_superseded(self) -> bool:
        """Keep the latest of each key; whether that made enough room."""
        seen: set[str] = set()
        kept: deque[Waiting] = deque()
        for item in reversed(self._waiting or ()):
            if item.supersedes is None or item.supersedes not in seen:
                kept.appendleft(item)
            if item.supersedes is not None:
                seen.add(item.supersedes)
        self._waiting = kept
        self._waiting_bytes = sum(len(item.frame) for item in kept)
        return not self._is_over()

    def _drain(self, rest: bytes) -> None:
        frame: bytes | None = rest
        try:
            while frame is not None:
                self._send_waiting(frame)
                frame = self._next()
        except (OSError, ValueError):  # too slow even for one frame, or gone; closed meanwhile
            self.is_ending = True
            self.cut()
        if self.is_ending:
            self._shut()

    def _send_waiting(self, frame: bytes) -> None:
        """Send all of it. A timeout of the socket's own would end whoever reads from it as well."""
        rest, deadline = memoryview(frame), time.monotonic() + DRAIN_SECONDS
        room = select.poll()
        room.register(self._raw.fileno(), select.POLLOUT)
        while rest:
            if not room.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError
            with suppress(BlockingIOError):
                rest = rest[self._raw.send(rest, socket.MSG_DONTWAIT) :]

    def _next(self) -> bytes | None:
        """The next frame to send; None at the end of draining."""
        with self._lock:
            if not self._waiting:
                self._draining = False
                self._waiting = None
                return None
            item = self._waiting.popleft()
            self._waiting_bytes -= len(item.frame)
            return item.frame

    def cut(self) -> None:
        """Whoever reads from the connection finds its end, and clears up."""
        self._shut(socket.SHUT_RDWR)

    def linger(self) -> None:
        """For one that is ending: reading on from it lasts no longer than this."""
        self._sock.settimeout(LINGER_SECONDS)

    def _shut(self, how: int = socket.SHUT_WR) -> None:
        """Say no more. Were it closed with something unread, the reader might lose its close code;
        so the other side hangs up, or is cut off."""
        with suppress(OSError):  # the other side may be quicker
            self._sock.shutdown(how)
