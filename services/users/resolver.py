"""Finding out the names of users that answers show: in batches, by workers, never by a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from adapters.database import Database
from adapters.discord.bot import DiscordBusyError
from adapters.discord.limits import LimitsAwayError
from adapters.discord.login import DiscordAwayError, DiscordRefusedError
from adapters.discord.users import DiscordUsers
from adapters.redis.cache_aside import CacheAside, rules_key
from adapters.redis.task_queue import TaskQueue
from adapters.telemetry.seldom import say_seldom
from domain.touched import Cause, touched_by
from models.snapshots.dirty import Mark, mark_dirty
from models.users import wanted as stored
from models.users.cache import age_from_now, cached_users
from models.users.said import UserRow
from services.users.names import WANTED, is_fresh, renamed

CONCURRENT = 10
BATCH = 40
# Several times the patience and the timeout of DiscordUsers: nobody else asks meanwhile.
CLAIM_MS = 60_000
# Names that are only old leave most of the bot's own limits alone.
RENEW_AGAIN_SECONDS = 10.0
MOST_WAIT_SECONDS = 20.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserResolver:
    """Collects the users that answers show without a fresh name, and asks Discord for them."""

    database: Database
    discord: DiscordUsers
    queue: TaskQueue
    values: CacheAside
    clock: Callable[[], int]

    def write_down_wanted(self) -> None:
        """Put what this process collected where a worker finds it, and wake one."""
        wanted_by = WANTED.take()
        if not wanted_by or not self.discord.is_configured:
            return
        now_ms = self.clock()
        with self.database.read() as connection:
            known = cached_users(connection, set().union(*wanted_by.values()))
        wishes = [
            (id, guild_id, id in known)
            for guild_id, ids in wanted_by.items()
            for id in ids
            if not is_fresh(known.get(id), now_ms)
        ]
        if not wishes:
            return
        # Of one whom several guilds want there is one row.
        unique = {wish[0]: wish for wish in wishes}.values()
        with self.database.write() as connection:
            new = stored.want_users(connection, unique, now_ms)
            # A worker may have stored the answer, and settled it, since we looked.
            settled = _fresh_of(connection, new, now_ms)
            stored.settle_wanted(connection, settled)
        if len(new) > len(settled):
            self.queue.wake_resolver()

    def resolve(self) -> int:
        """Ask Discord for some of the wanted users that no worker claimed; how many were answered.

        A batch takes about a second: other tasks of this worker get their turn between two of them.
        """
        # From here on users that become wanted need a wake of their own.
        self.queue.resolver_woke()
        if not self.discord.is_configured:
            return 0
        now_ms = self.clock()
        with self.database.write() as connection:
            claimed = stored.claim_wanted(connection, now_ms, now_ms + CLAIM_MS, BATCH)
        if not claimed:
            return 0
        ids = [user_id for user_id, _ in claimed]
        asking = _Asking(self.discord, now_ms)
        rows = asking.ask(ids)
        self._store(ids, rows, asking.failures)
        self._go_on(asking, all(has_name for _, has_name in claimed))
        return len(rows)

    def _store(self, ids: list[int], rows: list[UserRow], failed: Iterable[int]) -> None:
        now_ms = self.clock()
        with self.database.write() as connection:
            # What a clock that was set back since had said would stand above the answer.
            age_from_now(connection, ids, now_ms)
            changed = renamed(connection, rows)
            guild_ids = stored.guilds_showing(connection, changed)
            shown = touched_by(Cause.NAMES)
            mark_dirty(connection, [Mark(id, now_ms, shown) for id in guild_ids])
            rules_of = stored.guilds_with_rules_of(connection, changed)
            stored.settle_wanted(connection, [row[0] for row in rows])
            stored.release_wanted(connection, ids)
            stored.ask_again_later(connection, list(failed), now_ms)
        if rules_of:
            self.values.drop(*(rules_key(id) for id in rules_of))
        if guild_ids:
            self.queue.wake_materialiser()

    def _go_on(self, asking: _Asking, only_old: bool) -> None:
        """More may wait. Where Discord did not answer, the sweep tries again."""
        if asking.wait_ms:
            self.queue.wake_resolver(min(asking.wait_ms / 1000, MOST_WAIT_SECONDS))
        elif not asking.failures:
            self.queue.wake_resolver(RENEW_AGAIN_SECONDS if only_old else 0)


@dataclass(slots=True)
class _Asking:
    """One batch. Whatever keeps one question from being answered keeps the rest of them, too."""

    discord: DiscordUsers
    now_ms: int
    wait_ms: int = 0
    failures: dict[int, str] = field(default_factory=dict)

    def ask(self, ids: list[int]) -> list[UserRow]:
        with ThreadPoolExecutor(CONCURRENT) as pool:
            rows = [row for row in pool.map(self._ask, ids) if row is not None]
        if self.failures:
            error = next(iter(self.failures.values()))
            left = len(ids) - len(rows)
            say_seldom(_log.warning, "users_not_resolved", count=left, error=error)
        return rows

    def _ask(self, user_id: int) -> UserRow | None:
        """The user's row, with a null name where there is no such user; None when not answered."""
        if self.wait_ms or self.failures:
            return None
        try:
            user = self.discord.get(user_id)
        except DiscordBusyError as busy:
            self.wait_ms = busy.wait_ms
            return None
        except (DiscordAwayError, DiscordRefusedError, LimitsAwayError) as error:
            self.failures[user_id] = str(error)
            return None
        if user is None:
            return user_id, None, None, None, self.now_ms
        return user_id, user.username, user.discriminator, user.avatar, self.now_ms


def _fresh_of(connection: Connection, user_ids: list[int], now_ms: int) -> list[int]:
    known = cached_users(connection, user_ids) if user_ids else {}
    return [id for id, row in known.items() if is_fresh(row, now_ms)]
