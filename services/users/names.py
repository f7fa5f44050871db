"""Showing Discord users by name: what the cache knows, never a wait."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from domain.demo_people import is_visitor
from domain.users import avatar_url, deleted_username
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.users.cache import cached_users, learn_users
from models.users.guild_names import guild_users
from models.users.said import UserRow
from models.users.wanted import MOST_WANTED, guilds_showing


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
    """Ids of whom some answer of this process has no fresh name, until they are written down.

    By guild, and of each guild only so many: the others have names to ask for as well.
    """

    def __init__(self) -> None:
        self._ids: dict[int, set[int]] = defaultdict(set)
        self._count = 0
        self._lock = Lock()

    def note(self, guild_id: int, user_ids: Iterable[int]) -> None:
        with self._lock:
            mine = self._ids[guild_id]
            room = min(MOST_WANTED - len(mine), MOST_COLLECTED - self._count)
            new = [id for id in user_ids if id not in mine][: max(room, 0)]
            mine.update(new)
            self._count += len(new)

    def take(self) -> dict[int, set[int]]:
        """Ids by guild; none are here any more."""
        with self._lock:
            ids, self._ids, self._count = self._ids, defaultdict(set), 0
        return {guild_id: of_guild for guild_id, of_guild in ids.items() if of_guild}


# One for the process: whoever shows users notes here what it lacks (services/users/resolver.py).
WANTED = WantedUsers()


Shown = dict[int, ShownUser]


def shown_users(
    connection: Connection, user_ids: Iterable[int], guild_id: int = 0, *, asks: bool = True
) -> Shown:
    """How to show each of `user_ids` in an answer of a guild (0: of none).

    asks: a name that is missing is asked for; not in a file that nobody looks at again.
    """
    return shown_by_guild(connection, {guild_id: set(user_ids)}, asks=asks)[guild_id]


def shown_by_guild(
    connection: Connection, people: Mapping[int, set[int]], *, asks: bool = True
) -> dict[int, Shown]:
    """How to show the users of several guilds' answers, by guild: their ids by guild.

    In a guild the name that was learned last counts: by its own bot, or one for everybody.
    """
    everybody = set().union(*people.values())
    known = cached_users(connection, everybody) if everybody else {}
    keys = [(guild_id, id) for guild_id, ids in people.items() if guild_id for id in ids]
    local = guild_users(connection, keys) if keys else {}
    # The clock of this machine is good enough to note; who writes it down goes by Modwatch's.
    now_ms = time.time_ns() // 1_000_000
    shown: dict[int, Shown] = {}
    for guild_id, ids in people.items():
        rows = {id: _later(known.get(id), local.get((guild_id, id))) for id in ids}
        shown[guild_id] = {id: _shown_as(id, row) for id, row in rows.items()}
        if asks:
            missing = (id for id, row in rows.items() if id > 0 and not is_fresh(row, now_ms))
            WANTED.note(guild_id, missing)
    return shown


def _later(everywhere: Any, local: Any) -> Any:
    """Of two rows, either of which may be None."""
    if everywhere is None or local is None:
        return local if everywhere is None else everywhere
    return local if local.cached_ms >= everywhere.cached_ms else everywhere


def is_fresh(row: Any, now_ms: int) -> bool:
    """Whether a row of the user cache, or None, is no reason to ask Discord."""
    if row is None:
        return False
    if is_visitor(row.user_id, row.username):
        return True
    kept_ms = NO_NAME_MS if row.username is None else NAME_MS
    # One of the future is of a clock that was set back: how old it is nobody knows.
    return bool(-MINUTE_MS <= now_ms - row.cached_ms < kept_ms)


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
