"""A file of counts whose room is taken before it is written to.

prometheus_client grows its mapped files by `truncate`, which promises room that a full file system
does not have: the next count then ends the process by SIGBUS. What is allocated first either is
there or is refused with an error; after that this process counts in memory of its own.
"""

from __future__ import annotations

import mmap
import os
from typing import Any

from prometheus_client.mmap_dict import MmapedDict

FIRST_BYTES = 1 << 16


class AllocatedDict(MmapedDict):
    """`MmapedDict` (prometheus_client 0.26) that never maps room which is not there."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if read_mode or _allocate(filename, FIRST_BYTES):
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
        else:
            self._count_alone(filename)

    def _init_value(self, key: str) -> None:
        needed = self._used + len(key.encode()) + 64
        while needed > self._capacity:
            if self._fname and _allocate(self._fname, 2 * self._capacity):
                self._capacity *= 2
                self._m = mmap.mmap(self._f.fileno(), self._capacity)
            else:
                self._go_on_alone()
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _count_alone(self, filename: str) -> None:
        """From the start: as `MmapedDict.__init__` does, on memory that no other process reads."""
        self._f: Any = open(os.devnull, "rb")  # noqa: SIM115, closed by MmapedDict.close
        self._fname, self._capacity = "", FIRST_BYTES
        self._m: Any = mmap.mmap(-1, self._capacity)
        self._positions: dict[str, int] = {}
        self._used = 8

    def _go_on_alone(self) -> None:
        """`/metrics` keeps what the file says so far; what comes now is counted here only."""
        known = bytes(self._m[: self._used])
        self._fname, self._capacity = "", 2 * self._capacity
        self._m = mmap.mmap(-1, self._capacity)
        self._m[: self._used] = known


def _allocate(filename: str, size_bytes: int) -> bool:
    """Whether the file has that much room now, whatever else wants some later."""
    try:
        with open(filename, "ab") as file:
            os.posix_fallocate(file.fileno(), 0, size_bytes)
    except OSError:
        return False
    return True
