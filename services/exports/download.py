"""The file of an export, in pieces between which other requests have their turn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from adapters.exports.storage import NoFileError
from adapters.process.turns import let_others_run
from models.exports.history import ExportRow
from services.container import Parts

PIECE_BYTES = 64 * 1024
GONE = "the file is not there any more"


class FileGoneError(Exception):
    """It was deleted, or is not whole any more."""


def elsewhere(parts: Parts, row: ExportRow) -> str | None:
    """Where it can be had from without us, if anywhere. Raises FileGoneError, StorageAwayError."""
    assert row.storage_key is not None
    try:
        return parts.exports.signed_url(row.storage_key)
    except NoFileError:
        raise FileGoneError(GONE) from None


def open_file(parts: Parts, row: ExportRow) -> BinaryIO:
    """The whole file of a finished export. Raises FileGoneError."""
    assert row.storage_key is not None
    try:
        file = parts.exports.open(row.storage_key)
    except NoFileError:
        raise FileGoneError(GONE) from None
    if os.fstat(file.fileno()).st_size != row.size_bytes:
        file.close()
        raise FileGoneError("the file is not whole any more")
    return file


def pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Bytes [start, end); ends early, and so breaks off, where the file is deleted meanwhile."""
    with file:
        file.seek(start)
        left, names = end - start, os.fstat(file.fileno()).st_nlink
        while left:
            piece = file.read(min(PIECE_BYTES, left))
            if not piece or os.fstat(file.fileno()).st_nlink < names:
                return
            yield piece
            left -= len(piece)
            let_others_run()
