"""Where an export's bytes go: compressed, hashed and counted on their way, in even pieces."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, cast

from isal import isal_zlib

from domain.exports import MOST_SECONDS, Compression

PIECE_BYTES = 256 * 1024
PIECE_ROWS = 5_000


class TooLongError(Exception):
    """The consistent read has lasted for as long as it may."""


@dataclass(frozen=True, slots=True)
class Written:
    rows: int
    size_bytes: int
    sha256: str


class Sink:
    """The file that is being made.

    on_rows hears of the rows so far every PIECE_BYTES or PIECE_ROWS; it may raise to end it.
    """

    def __init__(
        self, out: BinaryIO, on_rows: Callable[[int], None], compression: Compression
    ) -> None:
        self._out, self._on_rows = out, on_rows
        self._is_compressed = compression is Compression.GZIP
        self._start = out.tell()
        self._deadline_seconds = time.monotonic() + MOST_SECONDS
        self._begin()

    def _begin(self) -> None:
        self.rows = self._size_bytes = self._rows_told = 0
        self._hash = sha256()
        # 31: a gzip file, without a time, so that the same rows make the same bytes.
        self._gzip = isal_zlib.compressobj(wbits=31) if self._is_compressed else None
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def restart(self) -> None:
        """Forget what was written."""
        self._out.seek(self._start)
        self._out.truncate()
        self._begin()

    def add(self, data: bytes, rows: int = 0) -> None:
        """More of the file, and how many rows of the export these are."""
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self.rows += rows
        if self._waiting_bytes >= PIECE_BYTES or self.rows - self._rows_told >= PIECE_ROWS:
            self.flush()

    def as_file(self) -> BinaryIO:
        """For whoever writes to a file, and does not seek in it."""
        return cast(BinaryIO, _File(self))

    def flush(self) -> None:
        data = b"".join(self._waiting)
        self._waiting, self._waiting_bytes = [], 0
        self._write(self._gzip.compress(data) if self._gzip else data)
        if time.monotonic() >= self._deadline_seconds:
            raise TooLongError(f"the export took longer than {MOST_SECONDS // 60} minutes")
        self._rows_told = self.rows
        self._on_rows(self.rows)

    def finish(self) -> Written:
        self.flush()
        if self._gzip:
            self._write(self._gzip.flush())
        return Written(self.rows, self._size_bytes, self._hash.hexdigest())

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self._size_bytes += len(data)
        self._out.write(data)


class _File:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: bytes) -> int:
        self._sink.add(bytes(data))
        return len(data)

    def flush(self) -> None:
        """The sink does so of itself."""
