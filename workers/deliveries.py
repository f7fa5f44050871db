"""The task that sends messages."""

from __future__ import annotations

from celery import shared_task

from domain.task_names import TaskName
from workers.app import worker_parts


@shared_task(name=TaskName.DELIVER.value)
def deliver() -> None:
    """Have what is due sent, by threads of this process: a slow provider holds up no other task."""
    parts = worker_parts()
    # First: deliveries committed from here on need a wake of their own.
    parts.queue.deliveries_woke()
    parts.deliverer.wake(parts)
