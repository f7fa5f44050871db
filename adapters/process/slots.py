"""Places on this host, each for one process at a time; whoever is killed leaves its place free."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Slot:
    """A place that was taken, until `leave`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def leave(self) -> None:
        os.close(self._descriptor)


class Slots:
    """`count` places, as locks on files in `folder`."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._count = folder, count

    def take(self) -> Slot | None:
        """None where all are taken."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(self._count):
            descriptor = os.open(self._folder / str(number), os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                return Slot(descriptor)
        return None
