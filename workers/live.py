"""Tasks that publish live events."""

from __future__ import annotations

from celery import shared_task

from domain.task_names import TaskName
from services.live.outbox import publish_outbox
from workers.app import worker_parts


@shared_task(name=TaskName.PUBLISH_OUTBOX.value)
def publish() -> None:
    """Publish the live events that wait."""
    parts = worker_parts()
    publish_outbox(parts.database, parts.stream, parts.values, parts.clock)
