"""Tasks that find out the names of Discord users."""

from __future__ import annotations

from celery import shared_task

from domain.task_names import TaskName
from workers.app import worker_parts


@shared_task(name=TaskName.RESOLVE_USERS.value)
def resolve() -> None:
    """Ask Discord for the names of users that answers show."""
    worker_parts().resolver.resolve()
