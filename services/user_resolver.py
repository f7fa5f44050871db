"""Finding out the names of users that answers show: in batches, by workers, never by a reader."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from adapters.cache_aside import rules_key
from adapters.discord_limits import LimitsAwayError
from adapters.discord_login import DiscordAwayError, DiscordRefusedError
from adapters.discord_users import DiscordBusyError, DiscordUsers
from domain.spans import EVERY_SPAN
from models import wanted_user as stored
from models.dirty_guild import mark_dirty
from models.event_store import UserRow
from models.snapshot_facts import cached_users
from services.parts import Parts
from services.user_names import WANTED, is_fresh, renamed

CONCURRENT = 10
BATCH = 40
# Several times the patience and the timeout of DiscordUsers: nobody else asks meanwhile.
CLAIM_MS = 60_000
# Names that are only old leave most of the bot's own limits alone.
RENEW_AGAIN_SECONDS = 10.0
MOST_WAIT_SECONDS = 20.0
_log = structlog.get_logger()


def write_down_wanted(parts: Parts) -> None:
    """Put what this process collected where a worker finds it, and wake one."""
    ids = WANTED.take()
    if not ids or not parts.discord_users.is_configured:
        return
    now_ms = parts.clock()
    with parts.database.read() as connection:
        known = cached_users(connection, ids)
        wanted = {id for id in ids if not is_fresh(known.get(id), now_ms)}
    if not wanted:
        return
    with parts.database.write() as connection:
        new = stored.want_users(connection, wanted - known.keys(), wanted & known.keys(), now_ms)
        # A worker may have stored the answer, and settled it, since we looked.
        settled = _fresh_of(connection, new, now_ms)
        stored.settle_wanted(connection, settled)
    if len(new) > len(settled):
        parts.queue.wake_resolver()


def resolve_users(parts: Parts) -> int:
    """Ask Discord for some of the wanted users that nobody is asking for; how many were answered.

    A batch takes about a second: other tasks of this worker get their turn between two of them.
    """
    # From here on users that become wanted need a wake of their own.
    parts.queue.resolver_woke()
    if not parts.discord_users.is_configured:
        return 0
    now_ms = parts.clock()
    with parts.database.write() as connection:
        claimed = stored.claim_wanted(connection, now_ms, now_ms + CLAIM_MS, BATCH)
    if not claimed:
        return 0
    ids = [user_id for user_id, _ in claimed]
    asking = _Asking(parts.discord_users, now_ms)
    rows = asking.ask(ids)
    _store(parts, ids, rows, asking.failures)
    _go_on(parts, asking, all(has_name for _, has_name in claimed))
    return len(rows)


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
            _log.warning("users_not_resolved", count=len(ids) - len(rows), error=error)
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


def _store(parts: Parts, ids: list[int], rows: list[UserRow], failed: Iterable[int]) -> None:
    now_ms = parts.clock()
    with parts.database.write() as connection:
        changed = renamed(connection, rows)
        guild_ids = stored.guilds_showing(connection, changed)
        mark_dirty(connection, [(id, now_ms, EVERY_SPAN, None, None) for id in guild_ids])
        rules_of = stored.guilds_with_rules_of(connection, changed)
        stored.settle_wanted(connection, [row[0] for row in rows])
        stored.release_wanted(connection, ids)
        # Somebody whom Discord has no answer for must not keep it from the others.
        stored.put_last(connection, list(failed), now_ms)
    if rules_of:
        parts.values.drop(*(rules_key(id) for id in rules_of))
    if guild_ids:
        parts.queue.wake_materialiser()


def _go_on(parts: Parts, asking: _Asking, only_old: bool) -> None:
    """More may wait. Where Discord did not answer, the sweep tries again."""
    if asking.wait_ms:
        parts.queue.wake_resolver(min(asking.wait_ms / 1000, MOST_WAIT_SECONDS))
    elif not asking.failures:
        parts.queue.wake_resolver(RENEW_AGAIN_SECONDS if only_old else 0)


def _fresh_of(connection: Connection, user_ids: list[int], now_ms: int) -> list[int]:
    known = cached_users(connection, user_ids) if user_ids else {}
    return [id for id, row in known.items() if is_fresh(row, now_ms)]
