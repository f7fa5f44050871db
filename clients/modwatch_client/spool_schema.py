"""The tables of a spool file, and how it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

VERSION = 1
BUSY_SECONDS = 30.0  # how long to wait for another process's short transactions

# `totals` is kept by triggers: every process sees the same sums, and a look at them costs nothing.
_TABLES = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, guild_id TEXT NOT NULL, id TEXT NOT NULL,
    body BLOB NOT NULL, slot TEXT UNIQUE, due_ms INTEGER NOT NULL, UNIQUE (guild_id, id));
CREATE INDEX held_events ON events (due_ms) WHERE due_ms > 0;
CREATE TABLE dead_letters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, guild_id TEXT NOT NULL, id TEXT NOT NULL,
    body BLOB NOT NULL, errors TEXT NOT NULL, rejected_ms INTEGER NOT NULL);
CREATE TABLE open_minutes (
    guild_id TEXT NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL,
    response_time_ms_sum INTEGER NOT NULL, response_time_count INTEGER NOT NULL,
    PRIMARY KEY (guild_id, minute)) WITHOUT ROWID;
CREATE TABLE totals (events INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO totals VALUES (0, 0);
CREATE TRIGGER event_added AFTER INSERT ON events BEGIN
    UPDATE totals SET events = events + 1, bytes = bytes + length(new.body); END;
CREATE TRIGGER event_removed AFTER DELETE ON events BEGIN
    UPDATE totals SET events = events - 1, bytes = bytes - length(old.body); END;
"""


def open_spool(path: Path) -> sqlite3.Connection:
    """A connection to the spool at `path`, made if it is not there. sqlite3.Error otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # it tells of people; the files beside it get the same mode
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: what was appended survives a power cut as well, not only the end of the process.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        _make_tables(connection)
        # Later than VERSION 1, and of no concern to a process that does not know of it.
        connection.execute("CREATE TABLE IF NOT EXISTS server (url TEXT NOT NULL)")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise sqlite3.DatabaseError(f"it was written by a newer version (format {found})")
    if found == 0:
        for statement in _statements(_TABLES):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _statements(script: str) -> list[str]:
    """Python's executescript() would commit, and two processes would make the tables at once."""
    found, begun = [], ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found
