"""Showing Discord users by name: what the cache knows, never a wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from domain.users import avatar_url, deleted_username
from models.event_store import UserRow, learn_users
from models.snapshot_facts import cached_users
from models.wanted_user import guilds_showing


@dataclass(frozen=True, slots=True)
class ShownUser:
    """`username` is None while the user is not resolved; `avatar` is a whole address, or None."""

    username: str | None = None
    avatar: str | None = None


UNRESOLVED = ShownUser()
MOST_COLLECTED = 10_000


class WantedUsers:
    """Ids whose name some answer of this process lacked, until they are written down."""

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
    nameless = (id for id in wanted if id > 0 and (id not in known or not known[id].username))
    WANTED.note(nameless)
    return {id: _shown_as(id, known.get(id)) for id in wanted}


def learn_names(connection: Connection, rows: Sequence[UserRow]) -> list[int]:
    """Cache users; the guilds whose answers show one of them otherwise from now on."""
    ids = {row[0] for row in rows}
    if not ids:
        return []
    before = _names(connection, ids)
    learn_users(connection, rows)
    after = _names(connection, ids)
    changed = [id for id, shown in after.items() if before.get(id) != shown]
    return guilds_showing(connection, changed) if changed else []


def _names(connection: Connection, user_ids: Iterable[int]) -> dict[int, ShownUser]:
    return {id: _shown(row) for id, row in cached_users(connection, user_ids).items()}


def _shown_as(user_id: int, row: Any) -> ShownUser:
    if user_id < 0:
        return ShownUser(deleted_username(user_id))  # the pseudonym of an erased person
    return UNRESOLVED if row is None else _shown(row)


def _shown(row: Any) -> ShownUser:
    name = row.username if row.username is not None else deleted_username(row.user_id)
    return ShownUser(name, avatar_url(row.user_id, row.avatar, row.discriminator))
