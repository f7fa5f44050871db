"""What everything else stands on: the database, Redis, disks and backups."""

from __future__ import annotations

from tools.boards.panels import Board, Chart

BACKUPS = (
    Chart(
        title="Since the last good backup",
        queries={"age": "time() - max(modwatch_backup_last_good_timestamp_seconds)"},
        unit="s",
    ),
    Chart(
        title="Room for backups of SQLite",
        queries={
            "free": "min(modwatch_backup_disk_free_bytes)",
            "the next takes": "max(modwatch_backup_copy_bytes)",
        },
        unit="bytes",
    ),
    Chart(
        title="Since a backup was last put back and found right",
        queries={"age": "time() - max(modwatch_rehearsal_last_good_timestamp_seconds)"},
        unit="s",
    ),
)

STORES = Board(
    "modwatch-stores",
    "Modwatch: database and Redis",
    "What everything else stands on.",
    (
        Chart(
            title="Connections to the database at work",
            queries={
                "{{instance}}": "sum by (instance) (modwatch_database_connections_in_use)",
                "{{instance}} may have": "sum by (instance)"
                " (modwatch_database_connections_allowed)",
            },
        ),
        Chart(
            title="Away",
            queries={
                "database, seen by {{instance}}": "modwatch_database_away",
                "Redis, seen by {{instance}}": "modwatch_redis_away",
                "broker, seen by {{instance}}": "modwatch_broker_away",
            },
        ),
        Chart(
            title="Tasks that wait in queues",
            queries={"{{queue}}": "max by (queue) (modwatch_queue_length)"},
            words="Near 0 by nature: what is due stands in the database.",
        ),
        Chart(
            title="Since snapshots were last made",
            queries={
                "{{instance}}": "time() - max by (instance)"
                " (modwatch_snapshots_last_made_timestamp_seconds)"
            },
            unit="s",
        ),
        Chart(
            title="SQLite's write-ahead log",
            queries={"{{instance}}": "max by (instance) (modwatch_sqlite_log_bytes)"},
            unit="bytes",
        ),
        Chart(
            title="Free on disks",
            queries={
                "{{instance}}": "min by (instance) (modwatch_disk_free_ratio)",
                "{{folder}}": "min by (folder) (modwatch_watched_disk_free_ratio)",
            },
            unit="percentunit",
        ),
        *BACKUPS,
    ),
)
