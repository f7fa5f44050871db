"""What Celery runs: ids in, a call of a service, done."""

from __future__ import annotations

from celery import shared_task

from adapters.pulse import Pulse
from domain.task_names import TaskName
from models.dirty_guild import first_claim_end
from models.login import end_expired_logins
from models.rollup import prune_minutes
from services.materialise import mark_slid, materialise_dirty
from services.outbox import publish_outbox
from services.parts import Parts
from services.user_resolver import resolve_users, write_down_wanted
from workers.app import worker_parts


@shared_task(name=TaskName.MATERIALISE_DIRTY.value)
def materialise() -> None:
    """Make the snapshots of every dirty guild."""
    parts = worker_parts()
    # First: events committed from here on need a wake of their own.
    parts.queue.materialiser_woke()
    _materialise(parts)


@shared_task(name=TaskName.PUBLISH_OUTBOX.value)
def publish() -> None:
    """Publish the live events that wait."""
    parts = worker_parts()
    publish_outbox(parts.database, parts.stream, parts.values)


@shared_task(name=TaskName.RESOLVE_USERS.value)
def resolve() -> None:
    """Ask Discord for the names of users that answers show."""
    resolve_users(worker_parts())


@shared_task(name=TaskName.SWEEP.value)
def sweep() -> None:
    """Everything that a wake may have missed, and what time alone makes due."""
    parts = worker_parts()
    Pulse(parts.redis).beat_lives(parts.clock())
    publish_outbox(parts.database, parts.stream, parts.values)
    mark_slid(parts.database, parts.clock())
    _materialise(parts)
    parts.queue.wake_resolver()


@shared_task(name=TaskName.PRUNE.value)
def prune() -> None:
    """Delete what no answer looks at any more."""
    parts = worker_parts()
    with parts.database.write() as connection:
        prune_minutes(connection, parts.clock())
        end_expired_logins(connection, parts.clock())


def _materialise(parts: Parts) -> None:
    materialise_dirty(parts.database, parts.cache, parts.clock)
    publish_outbox(parts.database, parts.stream, parts.values)
    write_down_wanted(parts)
    with parts.database.read() as connection:
        claim_end_ms = first_claim_end(connection, parts.clock())
    if claim_end_ms is not None:
        # Somebody else is at work, or was killed at it: look again when that claim runs out.
        seconds = (claim_end_ms - parts.clock()) / 1000 + 0.1
        parts.queue.enqueue(TaskName.MATERIALISE_DIRTY, countdown_seconds=seconds)
