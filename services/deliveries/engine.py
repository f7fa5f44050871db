"""Sending what is due, from a bounded pool of threads; and taking over from workers that died.

All state is in rows: any number of processes may run this at once, and one may be killed anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from uuid import uuid4

from adapters.database import WRITE_REFUSED
from domain.delivery_life import DeliveryState
from models.deliveries import claims
from models.deliveries.sendable import next_due
from models.deliveries.store import DeliveryRow
from services.container import Parts
from services.deliveries.aside import put_lease_aside, take_back_well
from services.deliveries.claiming import claim_due, recompose
from services.deliveries.holds import release_holds
from services.deliveries.leaving import is_one_to_go, let_go
from services.deliveries.sending import Ended, hand_over
from services.deliveries.settling import settle, settle_all
from services.deliveries.shares import SENDERS

CLAIMED_AHEAD = 2 * SENDERS
MOST_ABANDONED = 200
LEAST_PAUSE_SECONDS = 0.5
_UnderWay = dict[Future[Ended | None], int]  # of which guild


def deliver(parts: Parts, is_ending: Callable[[], bool] = lambda: False) -> int:
    """Decide again what is held, take over what was abandoned, send what is due; how many sent."""
    take_back_well(parts)
    release_holds(parts)
    take_over(parts)
    done = _send(parts, is_ending)
    let_go(parts)
    return done


def _send(parts: Parts, is_ending: Callable[[], bool]) -> int:
    """What keeps it from taking more is raised once those on their way are written down: else what
    is known of them would be in doubt."""
    done = 0
    trouble: Exception | None = None
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="deliver") as pool:
        under_way: _UnderWay = {}
        while True:
            if trouble is None and len(under_way) <= SENDERS and not is_ending():
                trouble = _take_more(parts, pool, under_way)
            if not under_way:
                break
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for one in finished:
                del under_way[one]
            # Here, so that those that end together are written down together.
            settle_all(parts, [ended for one in finished if (ended := one.result()) is not None])
            done += len(finished)
    if trouble is not None:
        raise trouble
    return done


def _take_more(parts: Parts, pool: ThreadPoolExecutor, under_way: _UnderWay) -> Exception | None:
    """Why it could not."""
    claim, in_hand = uuid4(), Counter(under_way.values())
    try:
        jobs = claim_due(parts, claim, CLAIMED_AHEAD - len(under_way), in_hand)
    except Exception as error:
        return error
    for job in jobs:
        under_way[pool.submit(hand_over, parts, job, claim)] = job.row.guild_id
    return None


def seconds_to_next(parts: Parts) -> float:
    """Until something is to be done again; never less than a moment."""
    with parts.database.read() as connection:
        due_ms = next_due(connection)
    if due_ms is None:
        return float("inf")
    return max((due_ms - parts.clock()) / 1000, LEAST_PAUSE_SECONDS)


def is_anything_due(parts: Parts) -> bool:
    """Or a channel is to go, whose last worker was killed before it did that."""
    now_ms = parts.clock()
    with parts.database.read() as connection:
        due_ms = next_due(connection)
        return (due_ms is not None and due_ms <= now_ms) or is_one_to_go(connection, now_ms)


def take_over(parts: Parts) -> int:
    """What a worker that died had claimed: surely unsent before the second mark, else in doubt."""
    now_ms = parts.clock()
    with parts.database.read() as connection:
        rows = claims.abandoned(connection, now_ms, MOST_ABANDONED)
    for row in rows:
        try:
            _take_over(parts, row, now_ms)
        except WRITE_REFUSED:
            raise
        except Exception as error:
            put_lease_aside(parts, row, error)
    return len(rows)


def _take_over(parts: Parts, row: DeliveryRow, now_ms: int) -> None:
    if row.state == DeliveryState.CLAIMED:
        with parts.database.write() as connection:
            claims.requeue_claimed(connection, row, now_ms)
    else:
        _settle_in_doubt(parts, row)


def _settle_in_doubt(parts: Parts, row: DeliveryRow) -> None:
    assert row.claim is not None
    job = recompose(parts, row)
    if job is None:
        values = {"state": DeliveryState.UNKNOWN.value, "reason": "worker_lost", "due_ms": None}
        with parts.database.write() as connection:
            claims.settle(connection, row, row.claim, parts.clock(), values)
        return
    settle(parts, job, row.claim, claims.IN_DOUBT_FOR_CRASH)
