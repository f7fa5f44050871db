"""Finding out the names of users that answers show: in batches, by workers, never by a reader."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import structlog

from adapters.database import Database
from adapters.discord_limits import LimitsAwayError
from adapters.discord_login import DiscordAwayError, DiscordRefusedError
from adapters.discord_users import DiscordUsers
from domain.task_names import TaskName
from domain.windows import DAY_MS
from models import wanted_user as stored
from models.event_store import UserRow, learn_users
from models.snapshot_facts import cached_users
from services.materialise import mark_all
from services.parts import Parts
from services.user_names import WANTED

CONCURRENT = 10
BATCH = 40
CLAIM_MS = 60_000
_log = structlog.get_logger()


def write_down_wanted(parts: Parts) -> None:
    """Put what this process collected where a worker finds it, and wake one."""
    ids = WANTED.take()
    if not ids or not parts.discord_users.is_configured:
        return
    now_ms = parts.clock()
    with parts.database.read() as connection:
        known = cached_users(connection, ids)
    # Those Discord does not know were asked for already; once a day is enough.
    lately = {id for id, row in known.items() if row.cached_ms > now_ms - DAY_MS}
    with parts.database.write() as connection:
        new = stored.want_users(connection, ids - lately, now_ms)
    if new:
        parts.queue.enqueue(TaskName.RESOLVE_USERS)


def resolve_users(parts: Parts) -> int:
    """Ask Discord for some of the wanted users that nobody is asking for; how many were answered.

    A batch takes about a second: other tasks of this worker get their turn between two of them.
    """
    if not parts.discord_users.is_configured:
        return 0
    now_ms = parts.clock()
    with parts.database.write() as connection:
        ids = stored.claim_wanted(connection, now_ms, now_ms + CLAIM_MS, BATCH)
    rows = _ask_all(parts.discord_users, ids, now_ms)
    if ids:
        _store(parts.database, ids, rows, now_ms)
        parts.queue.wake_materialiser()
    if ids and len(rows) == len(ids):
        # More may wait. Where Discord did not answer, the sweep tries again.
        parts.queue.enqueue(TaskName.RESOLVE_USERS)
    return len(rows)


def _ask_all(discord: DiscordUsers, ids: list[int], now_ms: int) -> list[UserRow]:
    with ThreadPoolExecutor(CONCURRENT) as pool:
        answers = pool.map(lambda id: _ask(discord, id, now_ms), ids)
        return [row for row in answers if row is not None]


def _ask(discord: DiscordUsers, user_id: int, now_ms: int) -> UserRow | None:
    """The user's row, with a null name where there is no such user; None when not answered."""
    try:
        user = discord.get(user_id)
    except (DiscordAwayError, DiscordRefusedError, LimitsAwayError) as error:
        _log.warning("user_not_resolved", user_id=str(user_id), error=str(error))
        return None
    if user is None:
        return user_id, None, None, None, now_ms
    return user_id, user.username, user.discriminator, user.avatar, now_ms


def _store(database: Database, ids: list[int], rows: list[UserRow], now_ms: int) -> None:
    known = [row[0] for row in rows]
    with database.write() as connection:
        learn_users(connection, rows)
        stored.settle_wanted(connection, known)
        stored.release_wanted(connection, ids)
        guild_ids = stored.guilds_showing(connection, known)
    if guild_ids:
        mark_all(database, guild_ids, now_ms)
