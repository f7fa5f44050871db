"""Where the files of exports lie: what every kind of storage does."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

# The system's words for a disk, or a share of it, that is full.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What files of ours are called.
KEY = re.compile(r"[0-9a-f]{32}")


class DiskFullError(Exception):
    """There is no room now; there may be another time."""


class StorageAwayError(Exception):
    """It gives no answer, or refuses us; that may be over another time."""


class FileTooLargeError(Exception):
    """More bytes than the file may have."""


class NoFileError(Exception):
    """Nothing is stored under this key."""


class NewFile(Protocol):
    """A file that is being written; also a BinaryIO that can seek."""

    def keep(self) -> None:
        """All of it, or nothing, is stored under the key when this is over."""


class ExportStorage(Protocol):
    """Files by key. Keys are ours and unguessable, and never a path."""

    # Whether it answers at once: else nobody who waits for us waits for it.
    is_near: bool

    def create(
        self, key: str, most_bytes: int | None, said: Mapping[str, str]
    ) -> AbstractContextManager[NewFile]:
        """`said`: headers with which it is handed out by whoever keeps it."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Raises NoFileError."""
        ...

    def signed_url(self, key: str) -> str | None:
        """Where it can be had from without us; None where only we have it. Raises NoFileError."""
        ...

    def remove(self, names: Iterable[str]) -> None: ...

    def names(self) -> list[str]: ...
