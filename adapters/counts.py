"""What Modwatch counts of its own work, for `/metrics`; every label has a handful of values."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

INGESTED = Counter(
    "modwatch_events",
    "Events in requests to ingest, by what became of them",
    ("outcome",),
)
SNAPSHOT_READS = Counter(
    "modwatch_snapshot_reads", "Reads of snapshots, by where the answer came from", ("source",)
)
GUILDS_MATERIALISED = Counter(
    "modwatch_guilds_materialised", "Guilds whose snapshots were made, each time"
)
TASK_SECONDS = Histogram(
    "modwatch_task_duration_seconds",
    "Time that tasks of workers took",
    ("task", "outcome"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
