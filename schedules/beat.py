"""When things run. Beat only wakes: what is due, and who does it, is decided in the database."""

from __future__ import annotations

from typing import Any

from domain.task_names import TaskName

SWEEP_EVERY_SECONDS = 30.0
PRUNE_EVERY_SECONDS = 600.0
REPORTS_EVERY_SECONDS = 30.0

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {
        "task": TaskName.SWEEP.value,
        "schedule": SWEEP_EVERY_SECONDS,
        # A sweep that nobody got to in time is made up for by the next one.
        "options": {"expires": SWEEP_EVERY_SECONDS},
    },
    "reports": {
        "task": TaskName.REPORTS.value,
        "schedule": REPORTS_EVERY_SECONDS,
        "options": {"expires": REPORTS_EVERY_SECONDS},
    },
    "prune": {
        "task": TaskName.PRUNE.value,
        "schedule": PRUNE_EVERY_SECONDS,
        "options": {"expires": PRUNE_EVERY_SECONDS},
    },
}
