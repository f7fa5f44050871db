"""Tasks that make snapshots."""

from __future__ import annotations

from celery import shared_task

from domain.task_names import TaskName
from services.operations import upkeep
from workers.app import worker_parts


@shared_task(name=TaskName.MATERIALISE_DIRTY.value)
def materialise() -> None:
    """Make the snapshots of every dirty guild."""
    parts = worker_parts()
    # First: events committed from here on need a wake of their own.
    parts.queue.materialiser_woke()
    upkeep.refresh(parts)
