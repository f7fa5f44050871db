"""Bodies as gunicorn reads them: not waited for without limit; unreadable ones are answered 400."""

from __future__ import annotations

import time
from typing import Any

from gevent import Timeout, sleep
from gunicorn.http.body import Body, ChunkedReader
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestTimeout

# A body may take as long as this and what it needs at the least speed.
BODY_SECONDS = 10.0
LEAST_BYTES_PER_SECOND = 128 * 1024
PIECE_BYTES = 64 * 1024


class TimedBody:
    """`wsgi.input`. Raises HTTPException: 408 too slow, 400 no HTTP or gone before its end."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._began: float | None = None
        self._received = 0

    @property
    def failed(self) -> bool:
        """gunicorn asks: whether it is unknown where the next request begins."""
        return bool(self._body.failed)

    @property
    def is_whole(self) -> bool:
        """Whether all of it was taken from the connection."""
        reader = self._body.reader
        if isinstance(reader, ChunkedReader):
            return reader.parser is None
        return not getattr(reader, "length", 0)

    def read(self, size: int | None = None) -> bytes:
        """Up to `size` bytes, less only at its end; None or less than 0: all of it."""
        pieces, wanted = [], -1 if size is None else size
        while wanted != 0:
            piece = self._piece(PIECE_BYTES if wanted < 0 else min(wanted, PIECE_BYTES))
            if not piece:
                break
            pieces.append(piece)
            sleep(0)  # where a sender is quick, reading never waits: others have their turn
            wanted = wanted - len(piece) if wanted > 0 else wanted
        return b"".join(pieces)

    def readline(self, size: int | None = None) -> bytes:
        return self._timed(self._body.readline, size)

    def _piece(self, size: int) -> bytes:
        return self._timed(self._body.read, size)

    def _timed(self, read: Any, size: int | None) -> bytes:
        try:
            with Timeout(max(self._seconds_left(), 0.001), RequestTimeout("the body is too slow")):
                piece: bytes = read(size)
        except RequestTimeout:
            self._body.failed = True
            raise
        except ParseException:
            raise BadRequest("the body's chunks cannot be read") from None
        except (NoMoreData, ConnectionError):
            raise ClientDisconnected("the body ended early") from None
        self._received += len(piece)
        return piece

    def _seconds_left(self) -> float:
        now = time.monotonic()
        if self._began is None:
            self._began = now
        allowed = BODY_SECONDS + self._received / LEAST_BYTES_PER_SECOND
        return self._began + allowed - now
