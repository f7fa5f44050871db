"""The child's side of processes.py: forks a process for each line of its input, to be killed.

A line is JSON: which work, the settings, the time and words for it. Answers: `pid PID`, `there` for
each time it stopped, `ended STATUS`. A fork costs some milliseconds where a start costs a second.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from adapters.settings import Settings, load_settings
from adapters.telemetry.logs import configure_logs
from tests import quick_disk
from tests.faults import export_nursery, newsroom, nursery, pressroom
from tests.faults.forks import say

WORKS: dict[str, Callable[[Settings, int, str], None]] = {
    "export_nursery": export_nursery.work,
    "newsroom": newsroom.look_after,
    "nursery": nursery.send_what_is_due,
    "pressroom": pressroom.look_after,
}


def main() -> None:
    quick_disk.install()
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _work(**asked)
            os._exit(0)
        say(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        say(f"ended {status}")


def _work(work: str, given: dict[str, str], now_ms: int, words: str, **_: Any) -> None:
    os.environ.update(given)
    settings = load_settings()
    configure_logs(settings)  # nothing but errors, and none of it among the answers
    WORKS[work](settings, now_ms, words)


if __name__ == "__main__":
    main()
