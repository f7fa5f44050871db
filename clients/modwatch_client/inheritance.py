"""What waits in spools that no process sends from: of a token that was replaced, or of a version
that had one spool for all tokens.

The server is asked which servers (guilds) this token may write for. Their events, message counts
and dead letters are moved here; everything else stays for the bot it belongs to.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from modwatch_client.answers import retry_after
from modwatch_client.errors import SpoolError
from modwatch_client.message_counter import entries_of
from modwatch_client.open_minutes import MINUTE_MS
from modwatch_client.sender_lock import SenderLock
from modwatch_client.spool import Spool
from modwatch_client.spool_file import Entry, now_ms
from modwatch_client.spool_place import other_spools

LOOK_SECONDS = 60.0  # between two looks for spools that nobody sends from any more
AGAIN_SECONDS = 1.0  # where the server cannot be asked
MOVED_AT_ONCE = 1_000
# Moving makes a file smaller, so its owner's limit does not matter.
_ANY_SIZE = 2**62
_WAITING = (
    "SELECT (SELECT events FROM totals) + (SELECT count(*) FROM open_minutes)"
    " + (SELECT count(*) FROM dead_letters)"
)
_log = logging.getLogger("modwatch")


class Inheritance:
    """`looked` is set once there was nothing to take over, or it was taken over."""

    def __init__(self, own: Spool, shared: Path, http: httpx.Client) -> None:
        self._own, self._shared, self._http = own, shared, http
        self._server = str(http.base_url)
        self._due_at = 0.0
        self.looked = threading.Event()
        own.note_server(self._server)

    def look(self) -> None:
        """Take over what there is, if it is time to look.

        Never in the way of the events of this token: where the server cannot be asked, the next
        look is soon.
        """
        if time.monotonic() < self._due_at:
            return
        wait_seconds = self._look()
        self._due_at = time.monotonic() + wait_seconds
        if wait_seconds == LOOK_SECONDS:
            self.looked.set()

    def _look(self) -> float:
        """After how many seconds to look again."""
        try:
            found = other_spools(self._shared, self._own.path)
        except OSError as error:
            _log.debug("other spools cannot be looked for: %s", error)
            return LOOK_SECONDS
        left = [path for path in found if _waits(path)]
        if not left:
            return LOOK_SECONDS
        try:
            answer = self._http.get("/api/v1/bot/guilds")
        except httpx.HTTPError:
            return AGAIN_SECONDS
        if answer.status_code in (401, 403, 429) or answer.status_code >= 500:
            return retry_after(answer.headers) or AGAIN_SECONDS
        if condition := _condition(answer.content):
            self._take_over(left, *condition)
        return LOOK_SECONDS

    def _take_over(self, left: list[Path], which: str, guild_ids: str) -> None:
        for path in left:
            try:
                self._take_from(path, which, guild_ids)
            except (SpoolError, sqlite3.Error, OSError) as error:
                _log.warning("what waits in %s stays there: %s", path, error)

    def _take_from(self, path: Path, which: str, guild_ids: str) -> None:
        lock = SenderLock(path)
        if not lock.acquire():
            return
        try:
            other = Spool(path, maximum_bytes=_ANY_SIZE)
            try:
                if other.server() in (None, self._server):
                    moved = _move(other, self._own, which, guild_ids)
                    _log.info("took over %d events that waited in %s", moved, path)
            finally:
                other.close()
        finally:
            lock.release()


def _waits(path: Path) -> bool:
    """Whether anything is in a spool; False for what is none, which is only read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            return bool(file.execute(_WAITING).fetchone()[0])
    except sqlite3.Error as error:
        _log.debug("%s is no spool to take over: %s", path, error)
        return False


def _condition(body: bytes) -> tuple[str, str] | None:
    """SQL for the rows of guilds this token may write for, and its value; None if not said."""
    try:
        said: Any = json.loads(body)
        if said["covers_all"]:
            return "? <> ''", "[]"
        return "guild_id IN (SELECT value FROM json_each(?))", json.dumps(said["guild_ids"])
    except (ValueError, KeyError, TypeError):
        return None  # a server of before, or not Modwatch


def _move(other: Spool, own: Spool, which: str, guild_ids: str) -> int:
    """Into `own` first: cut short in between, an event is in both, and counts once by its id."""
    other.minutes.close(now_ms() // MINUTE_MS + 2, entries_of)
    moved = 0
    while rows := _rows(
        other, f"SELECT seq, guild_id, id, body FROM events WHERE {which}", guild_ids
    ):
        own.append([Entry(*row[1:]) for row in rows])
        _forget(other, "events", rows)
        moved += len(rows)
    columns = "seq, guild_id, id, body, errors, rejected_ms"
    while rows := _rows(other, f"SELECT {columns} FROM dead_letters WHERE {which}", guild_ids):
        own.dead_letters.take_over([row[1:] for row in rows])
        _forget(other, "dead_letters", rows)
    return moved


def _rows(other: Spool, query: str, guild_ids: str) -> list[tuple[Any, ...]]:
    with other.explained("read"):
        rows = other.execute(f"{query} ORDER BY seq LIMIT {MOVED_AT_ONCE}", guild_ids)
        return rows.fetchall()


def _forget(other: Spool, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with other.transaction():
        other.execute_many(f"DELETE FROM {table} WHERE seq = ?", [(row[0],) for row in rows])
