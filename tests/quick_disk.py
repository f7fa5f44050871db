"""SQLite waits for the disk at each commit, as production must: 7 ms on a usual one.

Nothing that a test writes has to survive the machine's crash, only the end of a process, and what a
process has written the system keeps without that. PostgreSQL's servers of tests are told the same
(tests/servers/postgres.py). Programs that tests start wait as always, but for what is
forked to be killed (tests/faults/fork_server.py).
"""

from __future__ import annotations

from adapters import sqlite

AS_ALWAYS = sqlite._PRAGMAS


def install() -> None:
    """For every connection of this process from here on."""
    sqlite._PRAGMAS = (*AS_ALWAYS, "synchronous=OFF")  # type: ignore[assignment]
