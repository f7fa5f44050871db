"""Having long work done: asked for in the database, done by a process of its own."""

from __future__ import annotations

from adapters.process.helpers import LONG_WORK
from adapters.process.scratch import sweep_scratch
from adapters.redis.pulse import Pulse
from domain.long_work import LEASE_MS
from models.work.long import is_due
from services.backups.keeper import left_to_others
from services.container import Parts

# All places may be with processes that looked for the last time and are ending.
LOOK_AGAIN_SECONDS = 2.0


def start_due(parts: Parts) -> bool:
    """Start a process for long work, where some is due and this host has a place for one more.

    Where it has none, some worker looks again in a moment. What killed ones left here, and no other
    host sees, goes.
    """
    sweep_scratch()
    if not _is_due(parts):
        return False
    if LONG_WORK.start(parts.settings.long_processes, parts.settings.given):
        return True
    parts.queue.look_for_long_work_again(LOOK_AGAIN_SECONDS)
    return False


def _is_due(parts: Parts) -> bool:
    from services.work.kinds import KINDS  # it asks for work itself, and so needs `wake`

    others, now_ms = left_to_others(parts.settings), parts.clock()
    kinds = [kind for kind in KINDS if kind not in others]
    with parts.database.read() as connection:
        return is_due(connection, now_ms, now_ms + LEASE_MS, kinds)


def wake(parts: Parts) -> None:
    """Work was asked for, or may have been: by a worker, or here where there is none."""
    if parts.redis.is_configured:
        parts.queue.wake_long_work()
    else:
        start_due(parts)


def is_done_here(parts: Parts) -> bool:
    """Whether anybody does what is asked for, so that waiting for it makes sense."""
    if parts.redis.is_configured:
        return Pulse(parts.redis).workers(parts.clock()) > 0
    return parts.settings.long_processes > 0
