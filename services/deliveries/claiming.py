"""Taking deliveries to send, one per lane: each is decided once more before it is claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from adapters.database import WRITE_REFUSED
from domain.delivery_life import LEASE_MS
from models.deliveries.claims import claim_deliveries, lock_channels
from models.deliveries.sendable import ChannelKey, sendable, waiting_channels
from models.deliveries.store import DeliveryRow
from services.container import Parts
from services.deliveries.aside import Failed, put_guild_aside, put_rows_aside
from services.deliveries.compose import Job, compose, is_erased, schedules_of
from services.deliveries.look import give_up, look_at
from services.deliveries.shares import Shares, in_turn
from services.deliveries.views import situation_of

LOOKED_AT = 500


def claim_due(
    parts: Parts, claim: UUID, most: int, in_hand: Mapping[int, int] | None = None
) -> list[Job]:
    """Claim up to `most` deliveries under `claim`; those that are not to be sent are settled.

    `in_hand`: how many of each guild are on their way, which count towards its share.
    """
    now_ms = parts.clock()
    with parts.database.read() as connection:
        keys = waiting_channels(connection, now_ms, 4 * most)
    if not keys:
        return []
    shares = partial(Shares, most, in_hand or {}, [guild_id for guild_id, _ in keys])
    try:
        return _claim_from(parts, in_turn(keys)[: 2 * most], claim, shares(), now_ms)
    except WRITE_REFUSED:
        raise
    except Exception:
        return _claim_guild_by_guild(parts, keys, claim, shares(), now_ms)


def _claim_guild_by_guild(
    parts: Parts, keys: Sequence[ChannelKey], claim: UUID, shares: Shares, now_ms: int
) -> list[Job]:
    """Who fails alone is put aside, and keeps nothing from the others."""
    jobs: list[Job] = []
    for guild_id in sorted({key[0] for key in keys}):
        mine = [key for key in keys if key[0] == guild_id]
        try:
            jobs += _claim_from(parts, mine, claim, shares, now_ms)
        except WRITE_REFUSED:
            raise
        except Exception as error:
            put_guild_aside(parts, guild_id, error)
    return jobs


def _claim_from(
    parts: Parts, keys: Sequence[ChannelKey], claim: UUID, shares: Shares, now_ms: int
) -> list[Job]:
    try:
        with parts.database.write() as connection:
            free = lock_channels(connection, keys, skip_locked=True)
            rows = sendable(connection, now_ms, LOOKED_AT, free) if free else []
            return _claim(parts, connection, rows, claim, shares, now_ms)
    except IntegrityError:
        return []  # another process was quicker on a lane: the next round sees what is left


def recompose(parts: Parts, row: DeliveryRow) -> Job | None:
    """A delivery on its way as a job once more; None when its channel or address is gone.

    Its attempt was counted when it began.
    """
    alert_ids = {row.alert_id} if row.alert_id is not None else set()
    with parts.database.read() as connection:
        situation = situation_of(connection, parts.secrets, [row.guild_id], alert_ids)
        target = situation.target(row.guild_id, row.channel_id, row.target)
        if target is None or is_erased(row, schedules_of(connection, [row])):
            return None
        begun = replace(row, attempts=row.attempts - 1)
        failed: list[Failed] = []
        jobs = compose(parts, connection, situation, [(begun, target)], parts.clock(), failed)
        if failed:
            raise failed[0][1]
        return next(iter(jobs), None)


def _claim(
    parts: Parts,
    connection: Connection,
    rows: Sequence[DeliveryRow],
    claim: UUID,
    shares: Shares,
    now_ms: int,
) -> list[Job]:
    look = look_at(parts.secrets, connection, rows, shares, now_ms)
    pairs, failed = look.to_send(), look.failed
    jobs = compose(parts, connection, look.situation, pairs, now_ms, failed)
    claim_deliveries(connection, [job.row for job in jobs], claim, now_ms + LEASE_MS)
    put_rows_aside(connection, failed, now_ms)
    known = {job.row.id for job in jobs} | {row.id for row, _ in failed}
    for row in (row for row, _ in pairs if row.id not in known):
        give_up(connection, row, "unreadable", now_ms)
    return jobs
