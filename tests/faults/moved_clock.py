"""A clock that is moved under running processes, and no other's (moved_clock.c)."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class MovedClock:
    """Of the processes that are started with `environment`, and of all that these start."""

    def __init__(self, folder: Path) -> None:
        """`folder` can be read by every user that such a process runs as."""
        self._off, self._library = folder / "clock", folder / "moved_clock.so"
        command = ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(self._library)]
        subprocess.run([*command, str(SOURCE)], check=True)
        self.move(0)

    @property
    def environment(self) -> Mapping[str, str]:
        return {"LD_PRELOAD": str(self._library), "MOVED_CLOCK": str(self._off)}

    def move(self, seconds: int) -> None:
        """How far off the clock is from now on; 0: it is right."""
        with self._off.open("r+b" if self._off.exists() else "wb", buffering=0) as file:
            file.write(struct.pack("=q", seconds))
