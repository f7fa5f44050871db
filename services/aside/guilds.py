"""Something is done for many guilds at once; after a failure guild by guild, and who fails alone is
put aside until its time to try again, so that it keeps nothing from the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import structlog

from adapters.database import WRITE_REFUSED, Database
from domain.put_aside import Work
from models.put_aside import failing, put_aside, take_back

AT_ONCE = 500
# For these guilds; how much was done.
Do = Callable[[Sequence[int]], int]
_log = structlog.get_logger()


def for_guilds(
    database: Database,
    work: Work,
    guild_ids: Collection[int],
    now_ms: int,
    do: Do,
    at_once: int = AT_ONCE,
) -> int:
    """`do` it for those that are not put aside; the sum of what that returned.

    `do` is one transaction, or is given one guild at once: what failed is done anew.
    Raises SQLAlchemyError, BusyError where the database is away.
    """
    with database.read() as connection:
        waits = failing(connection, work, now_ms)
    ready = sorted(id for id in guild_ids if not waits.get(id))
    done, failed = 0, set[int]()
    for start in range(0, len(ready), at_once):
        done += _do(database, work, ready[start : start + at_once], now_ms, do, failed)
    if well := {id for id, still in waits.items() if not still} - failed:
        with database.write() as connection:
            take_back(connection, work, well)
    return done


def _do(
    database: Database,
    work: Work,
    guild_ids: Sequence[int],
    now_ms: int,
    do: Do,
    failed: set[int],
) -> int:
    try:
        return do(guild_ids)
    except WRITE_REFUSED:
        raise
    except Exception as error:
        if len(guild_ids) == 1:
            _put_aside(database, work, guild_ids[0], now_ms, error)
            failed.add(guild_ids[0])
            return 0
    return sum(_do(database, work, [id], now_ms, do, failed) for id in guild_ids)


def _put_aside(
    database: Database, work: Work, guild_id: int, now_ms: int, error: Exception
) -> None:
    with database.write() as connection:
        aside = put_aside(connection, guild_id, work, now_ms)
    # Once: until it goes well again `/health` says how many there are.
    if aside.failures == 1:
        _log.error("guild_put_aside", work=work, guild_id=str(guild_id), exc_info=error)
