"""Who read what: counted in this process, written down every few seconds.

A process that is killed loses what it counted since; everything that takes data out of the system
(exports) is in the audit log at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_cursor, write_cursor
from domain.windows import HOUR_MS
from models.accounts.access_log import access_records, add_access_records
from services.users.names import UNRESOLVED, ShownUser, shown_users


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAccess:
    """What one reader (`user:<id>` or `token:<id>`) read of one thing within an hour.

    `renewals`: how many of `count` an open page made by itself. It is the page that says so: what
    was read is shown in any case.
    """

    reader: str
    username: str | None
    avatar: str | None
    what: str
    count: int
    renewals: int
    hour: str
    last_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    entries: list[ShownAccess]
    next_cursor: str | None


class AccessLog:
    def __init__(self) -> None:
        self._counts: dict[tuple[int, int, str, str], list[int]] = {}
        self._lock = Lock()

    def note(
        self, guild_id: int, reader: str, what: str, now_ms: int, *, is_renewal: bool = False
    ) -> None:
        """`reader` is `user:<id>` or `token:<id>`."""
        with self._lock:
            seen = self._counts.setdefault((guild_id, now_ms // HOUR_MS, reader, what), [0, 0, 0])
            seen[0] += 1
            seen[1] += is_renewal
            seen[2] = now_ms

    def flush(self, database: Database) -> None:
        """Write down what was counted; kept for the next time should that fail."""
        with self._lock:
            counts, self._counts = self._counts, {}
        if not counts:
            return
        rows = [
            (*key, count, renewals, last_ms) for key, (count, renewals, last_ms) in counts.items()
        ]
        try:
            with database.write() as connection:
                add_access_records(connection, rows)
        except BaseException:
            self._put_back(counts)
            raise

    def _put_back(self, counts: dict[tuple[int, int, str, str], list[int]]) -> None:
        with self._lock:
            for key, (count, renewals, last_ms) in counts.items():
                seen = self._counts.setdefault(key, [0, 0, 0])
                seen[0] += count
                seen[1] += renewals
                seen[2] = max(seen[2], last_ms)


def access_page(
    database: Database, guild_id: int, *, limit: int, cursor: str | None = None
) -> AccessPage:
    """One page, the latest hour first. ValueError for a cursor that is none."""
    after = None
    if cursor:
        hour, reader, what = read_cursor(cursor, int, str, str)
        after = int(hour), str(reader), str(what)
    with database.read() as connection:
        rows = access_records(connection, guild_id, limit + 1, after)
        shown = rows[:limit]
        users = shown_users(connection, {_user_id(row.reader) for row in shown} - {0}, guild_id)
    more = shown[-1] if len(rows) > limit else None
    return AccessPage(
        entries=[_entry(row, users) for row in shown],
        next_cursor=write_cursor(more.epoch_hour, more.reader, more.what) if more else None,
    )


def _entry(row: Any, users: Mapping[int, ShownUser]) -> ShownAccess:
    user = users.get(_user_id(row.reader), UNRESOLVED)
    return ShownAccess(
        reader=row.reader,
        username=user.username,
        avatar=user.avatar,
        what=row.what,
        count=row.count,
        renewals=row.renewals,
        hour=rfc3339(row.epoch_hour * HOUR_MS),
        last_at=rfc3339(row.last_ms),
    )


def _user_id(reader: str) -> int:
    kind, _, id = reader.partition(":")
    return int(id) if kind == "user" else 0
