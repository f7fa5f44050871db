"""The task that looks after scheduled reports. Making one is long work (workers/work.py)."""

from __future__ import annotations

from celery import shared_task

from domain.task_names import TaskName
from services.reports.tick import tick as look
from workers.app import worker_parts


@shared_task(name=TaskName.REPORTS.value)
def tick() -> None:
    """Enter the runs that are due, and close those that are over."""
    look(worker_parts())
