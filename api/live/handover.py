"""Taking a WebSocket over from the request that opened it.

A request that lasts as long as its socket keeps all that made it: gunicorn's parser, the WSGI
environment, Flask's contexts, a second thread. That is 50 KiB a socket. So the request ends when
the socket is open, and what stays is one thread that reads from it.
"""

from __future__ import annotations

from _thread import start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from api.live.socket import LiveSocket

_log = structlog.get_logger()


class HeldThread:
    """What simple-websocket takes for the thread that reads: begins when everything is in place."""

    __slots__ = ("_target", "name")

    def __init__(self, target: Callable[[], None]) -> None:
        self._target, self.name = target, ""

    def start(self) -> None:
        """Not yet."""

    def run(self) -> None:
        self._target()


class Inbox:
    """What simple-websocket takes for the event that wakes whoever waits for a message: nobody
    waits, the thread that reads answers as well."""

    __slots__ = ("on_end", "on_message", "ws")

    def __init__(self) -> None:
        self.ws: Any = None
        self.on_message: Callable[[str | bytes], None] | None = None
        self.on_end: Callable[[], None] | None = None

    def set(self) -> None:
        while self.on_message is not None and self.ws.input_buffer:
            self.on_message(self.ws.input_buffer.pop(0))


@contextmanager
def handed_over(ws: Any) -> Iterator[LiveSocket]:
    """Set up `ws` inside; its reading begins afterwards.

    Under gunicorn the request ends then, and closes its own copy of the connection. Other servers
    write an answer when a request ends, so there it lasts.
    """
    inbox: Inbox = ws.event
    inbox.ws = ws
    is_ours = ws.mode == "gunicorn"
    out = ws.sock = LiveSocket(_own_copy(ws.sock) if is_ours else ws.sock)
    ws.environ = {}
    try:
        yield out
    except BaseException:
        out.close()
        raise
    if out.is_ending:
        out.linger()
    if is_ours:
        ws.close = _is_nobodys_business
        start_new_thread(_read, (ws,))
    else:
        _read(ws)


def _own_copy(sock: Any) -> Any:
    """It rests for as long as nobody has anything to say: pings find out who is gone."""
    copy = sock.dup()
    copy.settimeout(None)
    return copy


def _read(ws: Any) -> None:
    """Until the connection ends, by whichever side."""
    inbox: Inbox = ws.event
    try:
        ws.thread.run()
    except Exception:
        _log.exception("websocket_failed")
    finally:
        ws.sock.close()
        if inbox.on_end is not None:
            inbox.on_end()


def _is_nobodys_business() -> None:
    """flask-sock closes what its request opened."""
