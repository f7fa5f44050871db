"""Names of the background tasks, shared by who enqueues, who runs and who schedules them."""

from enum import StrEnum


class TaskName(StrEnum):
    MATERIALISE_DIRTY = "snapshots.materialise_dirty"
    PUBLISH_OUTBOX = "outbox.publish"
    RESOLVE_USERS = "users.resolve"
    SWEEP = "maintenance.sweep"
    PRUNE = "maintenance.prune"
    DELIVER = "deliveries.deliver"
    LONG_WORK = "work.start"
    REPORTS = "reports.tick"


DEFAULT_QUEUE = "celery"
# Messages leave through workers of their own where an operator wants that: providers may be slow.
DELIVERIES_QUEUE = "deliveries"
# So does long work, that nothing waits behind it.
LONG_QUEUE = "long"
QUEUES = (DEFAULT_QUEUE, DELIVERIES_QUEUE, LONG_QUEUE)
_QUEUE_OF = {TaskName.DELIVER: DELIVERIES_QUEUE, TaskName.LONG_WORK: LONG_QUEUE}


def queue_of(name: TaskName) -> str:
    """The queue that a task is sent to."""
    return _QUEUE_OF.get(name, DEFAULT_QUEUE)
