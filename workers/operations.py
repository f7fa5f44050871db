"""Tasks that beat wakes: what a lost wake left, and what is to be deleted."""

from __future__ import annotations

from celery import shared_task

from domain.task_names import TaskName
from services.operations import upkeep
from workers.app import worker_parts


@shared_task(name=TaskName.SWEEP.value)
def sweep() -> None:
    """Everything that a wake may have missed, and what time alone makes due."""
    upkeep.sweep(worker_parts())


@shared_task(name=TaskName.PRUNE.value)
def prune() -> None:
    """Delete what no answer looks at any more."""
    upkeep.prune(worker_parts())
