"""Names of the background tasks, shared by who enqueues, who runs and who schedules them."""

from enum import StrEnum


class TaskName(StrEnum):
    MATERIALISE_DIRTY = "snapshots.materialise_dirty"
    PUBLISH_OUTBOX = "outbox.publish"
    RESOLVE_USERS = "users.resolve"
    SWEEP = "maintenance.sweep"
    PRUNE = "maintenance.prune"
