"""Every row by its name, in the order of the table (docs/performance.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import (
    freshness,
    idle,
    ingest,
    lists,
    live,
    live_reads,
    materialise,
    reads,
    screen,
    scrolling,
)
from benchmarks.databases import Databases
from benchmarks.figure import Figure

ROWS: dict[str, Callable[[Databases], Iterator[Figure]]] = {
    "read": reads.read,
    "read-token": reads.read_token,
    "read-304": reads.read_304,
    "read-live": live_reads.read_live,
    "page": reads.page,
    "list": lists.lists,
    "ingest": ingest.ingest,
    "ingest-duplicates": ingest.ingest_duplicates,
    "materialise": materialise.materialise,
    "history": materialise.history,
    "freshness": freshness.freshness,
    "live": live.live,
    "live-many": live.live_many,
    "screen": screen.screen,
    "scroll": scrolling.scroll,
    "idle": idle.idle,
}
# Their features come later.
LATER = ("export", "notify")
