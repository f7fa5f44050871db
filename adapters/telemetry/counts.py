"""What Modwatch counts of its own work, for `/metrics`; every label has a handful of values."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

INGESTED = Counter(
    "modwatch_events",
    "Events in requests to ingest, by what became of them",
    ("outcome",),
)
SNAPSHOT_READS = Counter(
    "modwatch_snapshot_reads", "Reads of snapshots, by where the answer came from", ("source",)
)
QUOTA_REFUSALS = Counter(
    "modwatch_quota_refusals", "Requests refused since a server has used up a quota", ("quota",)
)
GUILDS_MATERIALISED = Counter(
    "modwatch_guilds_materialised", "Guilds whose snapshots were made, each time"
)
GUILDS_PUT_ASIDE = Counter(
    "modwatch_guilds_put_aside",
    "Guilds whose snapshots could not be made and are tried again later, each time",
)
LAST_MATERIALISED = Gauge(
    "modwatch_snapshots_last_made_timestamp_seconds",
    "When snapshots were last made by a process of this host",
    multiprocess_mode="mostrecent",
)
CONNECTIONS_IN_USE = Gauge(
    "modwatch_database_connections_in_use",
    "Connections to the database that are at work, of all processes of this host",
    multiprocess_mode="livesum",
)
CONNECTIONS_ALLOWED = Gauge(
    "modwatch_database_connections_allowed",
    "Connections that these processes may have at once",
    multiprocess_mode="livesum",
)
LOG_BYTES = Gauge(
    "modwatch_sqlite_log_bytes",
    "Size of the file that SQLite writes to first (its WAL), when last looked at",
    multiprocess_mode="mostrecent",
)
TASK_SECONDS = Histogram(
    "modwatch_task_duration_seconds",
    "Time that tasks of workers took",
    ("task", "outcome"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
DELIVERIES = Counter(
    "modwatch_deliveries",
    "Attempts to deliver a message, by kind of channel and what became of it",
    ("kind", "outcome"),
)
DELIVERY_SECONDS = Histogram(
    "modwatch_delivery_seconds",
    "Time that handing a message to its provider took",
    ("kind",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30),
)
REPORTS = Counter(
    "modwatch_reports", "Runs of scheduled reports that are over, by how they ended", ("outcome",)
)
ALERTS_OPEN = Gauge(
    "modwatch_alerts_open",
    "Open alerts of all servers, by event",
    ("event_type",),
    multiprocess_mode="mostrecent",
)
BOTS_HEARD = Gauge(
    "modwatch_bots_heard",
    "Servers whose bot sent something within a day",
    multiprocess_mode="mostrecent",
)
USED_TODAY = Gauge(
    "modwatch_usage_today",
    "Events and bytes stored since midnight UTC, for all servers",
    ("of",),
    multiprocess_mode="mostrecent",
)
MOST_USED_TODAY = Gauge(
    "modwatch_usage_today_most",
    "The same for the one server that had most of it",
    ("of",),
    multiprocess_mode="mostrecent",
)
CHANNELS_BROKEN = Gauge(
    "modwatch_channels_broken",
    "Channels that their provider refused for good",
    multiprocess_mode="mostrecent",
)
LAST_EVALUATION = Gauge(
    "modwatch_alerts_last_evaluation_timestamp_seconds",
    "When a sweep last looked at all alerts",
    multiprocess_mode="mostrecent",
)
EXPORTS = Counter("modwatch_exports", "Exports that came to their end, by how", ("outcome",))
EXPORT_BYTES = Counter("modwatch_export_bytes", "Bytes of the files that exports made")
