"""Does the long work that is due, and stops at the step that its line names."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event
from typing import Any

from adapters.database import Database
from adapters.exports import folder
from adapters.settings import Settings
from adapters.telemetry import counts
from models.exports import turns
from services.container import build_parts
from services.exports import giving_up, making, sink, turn, watch
from services.work.kinds import long_worker
from services.work.run import LongWorker
from tests.faults.forks import stop

assert giving_up  # all that the child needs is loaded before it is forked

# What is put in place of what, and so stops there.
Steps = dict[str, tuple[Any, str, Callable[..., Any]]]
STEPS: Steps = {
    "claimed": (turn, "_begin", stop),
    "begun": (turn, "_make", stop),
    "writing": (watch.Watch, "on_rows", stop),
    "written": (folder.Part, "keep", stop),
    "synced": (os, "rename", stop),
    "renamed": (folder, "_sync_folder", stop),
    "kept": (turn, "_finish", stop),
    "before the commit": (turn, "tell_done", stop),
    "after the commit": (counts.EXPORT_BYTES, "inc", stop),
    "before the end of the work": (LongWorker, "_write_end", stop),
}
# Those between them, for whoever has the time.
FINER_STEPS: Steps = {
    "beginning": (turns, "begin", stop),
    "before it is told that it runs": (turn, "tell_running", stop),
    "before it is published": (turn, "say", stop),
    "before the part": (folder.Folder, "create", stop),
    "estimating": (turn, "estimate", stop),
    "before the rows": (making, "write_rows", stop),
    "before the first bytes": (folder.Part, "write", stop),
    "before the last bytes": (sink.Sink, "finish", stop),
    "before it is done": (turns, "finish", stop),
    "before the log is cut": (Database, "keep_log_short", stop),
}
# On SQLite an open transaction has the database for itself.
IN_A_TRANSACTION = (
    "before the commit",
    "beginning",
    "before it is told that it runs",
    "before it is done",
)


def work(settings: Settings, now_ms: int, step: str) -> None:
    place, name, instead = (STEPS | FINER_STEPS)[step]
    setattr(place, name, instead)
    parts = build_parts(settings, lambda: now_ms)
    long_worker(parts, Event()).run_due()
