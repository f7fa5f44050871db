"""One sender for a spool, however many processes write to it.

Held through SQLite on a file beside the spool: the system lets go of it with the process, however
that ends, and it is the same on every system Python runs on.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path


class SenderLock:
    def __init__(self, spool: Path) -> None:
        self._path = spool.with_name(spool.name + "-sender")
        self._connection: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Whether it is ours now, or was already; never waits."""
        if self._connection is not None:
            return True
        connection = sqlite3.connect(
            self._path, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return False
            raise
        self._connection = connection
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
