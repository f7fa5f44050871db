"""The thread that sends: it ends with its process, however short that was."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

from services.container import build_parts
from tests.parts import settings_for


def test_a_process_may_end_while_the_thread_begins(sqlite_url: str, tmp_path: Path) -> None:
    for _ in range(30):
        parts = build_parts(settings_for(sqlite_url, tmp_path))
        waker = Thread(target=parts.deliverer.wake, args=(parts,))
        waker.start()
        parts.close()
        waker.join()
