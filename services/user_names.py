"""Showing Discord users by name: what the cache knows, never a wait."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from domain.users import avatar_url, deleted_username
from domain.windows import DAY_MS, HOUR_MS
from models.event_store import UserRow, learn_users
from models.snapshot_facts import cached_users
from models.wanted_user import guilds_showing


@dataclass(frozen=True, slots=True)
class ShownUser:
    """`username` is None while the user is not resolved; `avatar` is a whole address, or None."""

    username: str | None = None
    avatar: str | None = None


UNRESOLVED = ShownUser()
# A name older than this is still shown, and asked for again; so is, a day later, whom Discord did
# not know.
NAME_MS = HOUR_MS
NO_NAME_MS = DAY_MS
MOST_COLLECTED = 100_000


def named(whom: str, user_id: int | None, users: Mapping[int, ShownUser]) -> dict[str, str | None]:
    """Name and avatar of somebody beside their id in `whom`, such as `updated_by`."""
    user = UNRESOLVED if user_id is None else users.get(user_id, UNRESOLVED)
    return {f"{whom}_username": user.username, f"{whom}_avatar": user.avatar}


class WantedUsers:
    """Ids of whom some answer of this process has no fresh name, until they are written down."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._lock = Lock()

    def note(self, user_ids: Iterable[int]) -> None:
        with self._lock:
            if len(self._ids) < MOST_COLLECTED:
                self._ids.update(user_ids)

    def take(self) -> set[int]:
        with self._lock:
            ids, self._ids = self._ids, set()
        return ids


# One for the process: whoever shows users notes here what it lacks (services/user_resolver.py).
WANTED = WantedUsers()


def shown_users(connection: Connection, user_ids: Iterable[int]) -> dict[int, ShownUser]:
    """How to show each of `user_ids`."""
    wanted = set(user_ids)
    known = cached_users(connection, wanted) if wanted else {}
    # The clock of this machine is good enough to note; who writes it down goes by Modwatch's.
    now_ms = time.time_ns() // 1_000_000
    WANTED.note(id for id in wanted if id > 0 and not is_fresh(known.get(id), now_ms))
    return {id: _shown_as(id, known.get(id)) for id in wanted}


def is_fresh(row: Any, now_ms: int) -> bool:
    """Whether a row of the user cache, or None, is no reason to ask Discord."""
    if row is None:
        return False
    return bool(now_ms - row.cached_ms < (NO_NAME_MS if row.username is None else NAME_MS))


def learn_names(connection: Connection, rows: Sequence[UserRow]) -> list[int]:
    """Cache users; the guilds whose answers show one of them otherwise from now on."""
    changed = renamed(connection, rows)
    return guilds_showing(connection, changed) if changed else []


def renamed(connection: Connection, rows: Sequence[UserRow]) -> list[int]:
    """Cache users; those who are shown otherwise from now on."""
    ids = {row[0] for row in rows}
    if not ids:
        return []
    before = _names(connection, ids)
    learn_users(connection, rows)
    after = _names(connection, ids)
    return [id for id, shown in after.items() if before.get(id) != shown]


def _names(connection: Connection, user_ids: Iterable[int]) -> dict[int, ShownUser]:
    return {id: _shown(row) for id, row in cached_users(connection, user_ids).items()}


def _shown_as(user_id: int, row: Any) -> ShownUser:
    if user_id < 0:
        return ShownUser(deleted_username(user_id))  # the pseudonym of an erased person
    return UNRESOLVED if row is None else _shown(row)


def _shown(row: Any) -> ShownUser:
    name = row.username if row.username is not None else deleted_username(row.user_id)
    return ShownUser(name, avatar_url(row.user_id, row.avatar, row.discriminator))
