"""Every row by its name, in the order of the table (docs/performance.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import reads
from benchmarks.databases import Databases
from benchmarks.figure import Figure

ROWS: dict[str, Callable[[Databases], Iterator[Figure]]] = {
    "read": reads.read,
    "read-token": reads.read_token,
    "read-304": reads.read_304,
    "page": reads.page,
}
# Their features come later.
LATER = ("export", "live", "live-many", "screen", "notify")
