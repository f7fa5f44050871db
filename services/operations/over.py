"""What is over is deleted in short steps, between which others have their turn to write."""

from __future__ import annotations

import time

from adapters.database import Database
from models.sql.over import Over, delete_over, keys_over

# Some milliseconds of work each.
ROWS_AT_ONCE = 500
FOUND_AT_ONCE = 20 * ROWS_AT_ONCE
# A turn ends well before a task counts as lost; the next one goes on.
TURN_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 0.1


def forget_over(database: Database, *wanted: Over) -> int:
    """A turn of deleting these, one after the other; how many rows."""
    deadline_seconds = time.monotonic() + TURN_SECONDS
    return sum(_forget(database, over, deadline_seconds) for over in wanted)


def _forget(database: Database, over: Over, deadline_seconds: float) -> int:
    done, found = 0, FOUND_AT_ONCE
    while found == FOUND_AT_ONCE and time.monotonic() < deadline_seconds:
        with database.read() as connection:
            keys = keys_over(connection, over, FOUND_AT_ONCE)
        found = len(keys)
        for start in range(0, found, ROWS_AT_ONCE):
            started_seconds = time.monotonic()
            with database.write() as connection:
                done += delete_over(connection, over, keys[start : start + ROWS_AT_ONCE])
            # Another process asks for the file's lock every few milliseconds.
            time.sleep(min(time.monotonic() - started_seconds, LONGEST_PAUSE_SECONDS))
    return done
