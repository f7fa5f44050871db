"""gunicorn's worker of greenlets as Modwatch needs it: nobody is waited for without limit.

Between requests a connection may rest for `keepalive`; once a request has begun, its head has to
come within HEADERS_SECONDS, its body in the time of api/server/input.py, and each piece of the
answer has to be taken within SEND_SECONDS.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import structlog
from gevent import Timeout, sleep
from gevent.server import StreamServer
from gevent.socket import wait_read
from gunicorn.http.errors import NoMoreData
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from gunicorn.workers.ggevent import GeventWorker

from adapters.telemetry.seldom import say_seldom
from api.server.input import TimedBody
from api.server.refusals import SlowHeadersError, refusal

HEADERS_SECONDS = 10.0
SEND_SECONDS = 60.0
# New connections taken in one turn: those that are here already wait for all of their requests, and
# the last of many that come together for as many turns as it takes.
MOST_ACCEPTED = 4
# A body that nobody wanted is taken for this long, so that its sender gets to read the answer.
LINGER_SECONDS = 2.0
LINGER_BYTES = 8 * 1024 * 1024
_log = structlog.get_logger()


class ServedRequest(Request):  # type: ignore[misc]
    """A request whose connection ends with it, unless its whole body was taken."""

    def set_body_reader(self) -> None:
        super().set_body_reader()
        self.body: Any = TimedBody(self.body)

    def should_close(self) -> bool:
        return bool(super().should_close()) or not self.body.is_whole


class ServedParser(RequestParser):  # type: ignore[misc]
    mesg_class = ServedRequest


class ServingWorker(GeventWorker):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._resting: set[Any] = set()

    def init_process(self) -> None:
        StreamServer.max_accept = MOST_ACCEPTED
        super().init_process()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection to its end."""
        client.settimeout(SEND_SECONDS)
        parser = ServedParser(self.cfg, client, addr)
        try:
            while (request := self._next(parser, client)) is not None:
                self.handle_request(listener.getsockname(), request, client, addr)
        except (NoMoreData, StopIteration, OSError):
            pass  # the other side has gone, or is to go
        except Exception as error:
            self.handle_error(None, client, addr, error)
        finally:
            _hang_up(client, parser)

    def hang_up_resting(self) -> None:
        """Before a stop: connections without a request would hold it up."""
        for client in list(self._resting):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what never became a request, or went wrong outside the application."""
        status, request_id, answer = refusal(exc)
        # Never a word of what came: it may hold a secret.
        kind, where = type(exc).__name__, {"request_id": request_id, "status": status}
        if status == 500:
            _log.error("request_failed", exc_info=exc, **where)
        else:
            say_seldom(_log.warning, "request_refused", same=kind, error=kind, **where)
        with suppress(OSError):
            client.sendall(answer)

    def _next(self, parser: Any, client: Any) -> Any:
        """The next request of a connection; None where none comes."""
        if not parser.unreader.buf.tell() and not self._rest(client):
            return None
        with Timeout(HEADERS_SECONDS, SlowHeadersError()):
            return next(parser)

    def _rest(self, client: Any) -> bool:
        """Wait for the first byte of a request; whether there is anything to read."""
        if not self.alive:
            return False
        self._resting.add(client)
        try:
            wait_read(client.fileno(), timeout=self.cfg.keepalive)
        except TimeoutError:
            return False
        finally:
            self._resting.discard(client)
        return True


def _hang_up(client: Any, parser: Any) -> None:
    """Close; were something left unread, the kernel would take the answer back with it."""
    request = parser.mesg
    with suppress(OSError, Timeout):
        if request is not None and request.body is not None and not request.body.is_whole:
            client.shutdown(socket.SHUT_WR)
            with Timeout(LINGER_SECONDS):
                _drain(client)
    client.close()


def _drain(client: Any) -> None:
    left = LINGER_BYTES
    while left > 0 and (piece := client.recv(64 * 1024)):
        left -= len(piece)
        sleep(0)
