"""A delivery that cannot be decided or composed waits for its time to be tried again, so that it
keeps nothing from the others; its guild counts as put aside meanwhile.

What stands for that is its own `due_ms`, or the end of its lease where it is on its way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import structlog
from sqlalchemy import Connection

from domain.delivery_life import LEASE_MS
from domain.put_aside import Work
from domain.windows import MINUTE_MS
from models.deliveries.claims import extend_lease
from models.deliveries.dues import put_off_due
from models.deliveries.store import DeliveryRow, change_delivery
from models.put_aside import Aside, put_aside, take_back, tried_before
from services.container import Parts

# What failed was tried again by then: the deliverer looks every half minute.
WELL_AFTER_MS = 2 * MINUTE_MS
Failed = tuple[DeliveryRow, Exception]
_log = structlog.get_logger()


def put_rows_aside(connection: Connection, failed: Sequence[Failed], now_ms: int) -> None:
    by_guild: dict[int, list[Failed]] = defaultdict(list)
    for row, error in failed:
        by_guild[row.guild_id].append((row, error))
    for guild_id, some in sorted(by_guild.items()):
        aside = _put_aside(connection, guild_id, some[0][1], now_ms)
        for row, _ in some:
            change_delivery(connection, row, now_ms, due_ms=aside.retry_at_ms)


def put_guild_aside(parts: Parts, guild_id: int, error: Exception) -> None:
    """All that is due of a guild: it is not known what of it is to blame."""
    now_ms = parts.clock()
    with parts.database.write() as connection:
        aside = _put_aside(connection, guild_id, error, now_ms)
        put_off_due(connection, guild_id, now_ms, aside.retry_at_ms)


def put_lease_aside(parts: Parts, row: DeliveryRow, error: Exception) -> None:
    """One on its way, of which nobody can say what became."""
    now_ms = parts.clock()
    with parts.database.write() as connection:
        _put_aside(connection, row.guild_id, error, now_ms)
        extend_lease(connection, row, now_ms + LEASE_MS)  # a longer one is of a clock ahead


def take_back_well(parts: Parts) -> None:
    """Guilds for which nothing failed when it was tried again count as put aside no more."""
    now_ms = parts.clock()
    with parts.database.read() as connection:
        well = tried_before(connection, Work.MESSAGES, now_ms, now_ms - WELL_AFTER_MS)
    if well:
        with parts.database.write() as connection:
            take_back(connection, Work.MESSAGES, well)


def _put_aside(connection: Connection, guild_id: int, error: Exception, now_ms: int) -> Aside:
    aside = put_aside(connection, guild_id, Work.MESSAGES, now_ms)
    if aside.failures == 1:
        _log.error("guild_put_aside", work=Work.MESSAGES, guild_id=str(guild_id), exc_info=error)
    return aside
