"""The task that starts long work: in a process of its own, so that it ends at once itself."""

from __future__ import annotations

from celery import shared_task

from domain.task_names import TaskName
from services.work.start import start_due
from workers.app import worker_parts


@shared_task(name=TaskName.LONG_WORK.value)
def start() -> None:
    """See that a process does the long work that is due."""
    start_due(worker_parts())
