"""Every row by its name, in the order of the table (docs/performance.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import (
    beside_exports,
    changes,
    exports,
    freshness,
    idle,
    ingest,
    ingest_alerts,
    lists,
    live,
    live_reads,
    materialise,
    notify,
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
    "ingest-alerts": ingest_alerts.ingest_alerts,
    "materialise": materialise.materialise,
    "materialise-changes": changes.materialise_changes,
    "unread": changes.unread,
    "history": materialise.history,
    "freshness": freshness.freshness,
    "export": exports.export,
    "export-freshness": beside_exports.export_freshness,
    "export-download": beside_exports.export_download,
    "notify": notify.notify,
    "notify-look": notify.look,
    "live": live.live,
    "live-many": live.live_many,
    "screen": screen.screen,
    "scroll": scrolling.scroll,
    "idle": idle.idle,
}
# Rows of features that come later.
LATER: tuple[str, ...] = ()
