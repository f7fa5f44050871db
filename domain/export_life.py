"""The life of an export: its states, why it did not come to its end, and how far it is.

queued -> running -> done -> expired          failed, cancelled
"""

from __future__ import annotations

from enum import StrEnum

from domain.export_columns import ExportType
from domain.windows import DAY_MS

MOST_WAITING = 20
# What waits for room or for the database is tried again so often, for so long.
LOOK_AGAIN_MS = 30_000
PATIENCE_MS = DAY_MS
# An export that is over is still in the history for so long.
REMEMBERED_MS = 30 * DAY_MS
# Of the disk that exports are written to, so much stays free for everything else.
RESERVED_SHARE, MOST_RESERVED_BYTES = 0.02, 1 << 30


class ExportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITING = (ExportState.QUEUED, ExportState.RUNNING)


class ExportError(StrEnum):
    """Why an export failed; of a queued one, what it waits for."""

    DISK_FULL = "disk_full"
    QUOTA = "quota"
    DATABASE_AWAY = "database_away"
    STORAGE_AWAY = "storage_away"
    CANCELLED = "cancelled"
    ERASED = "erased"
    LEASE_LOST = "lease_lost"
    TOO_LONG = "too_long"
    INTERNAL = "internal"


_WORDS = {
    ExportError.DISK_FULL: "The disk for exports is full.",
    ExportError.QUOTA: "This server's exports take all the room they may: delete some.",
    ExportError.DATABASE_AWAY: "The database could not be reached.",
    ExportError.STORAGE_AWAY: "The storage for exports could not be reached.",
    ExportError.CANCELLED: "Somebody cancelled it.",
    ExportError.ERASED: "Deleted, since a member's data was erased after it was made.",
    ExportError.LEASE_LOST: "Every process that was at it ended before it was done.",
    ExportError.TOO_LONG: "It took too long, or has too many rows: narrow it.",
    ExportError.INTERNAL: "Something went wrong on our side; the operator's log says what.",
}


def words_of(code: ExportError, state: ExportState) -> str:
    """What a person is told; of a queued export, that it goes on by itself."""
    if state is ExportState.QUEUED:
        return f"{_WORDS[code]} It goes on by itself as soon as that is over."
    return _WORDS[code]


def progress_of(state: ExportState, rows_done: int, rows_estimated: int | None) -> float:
    """Percent, with one digit; 100 only when it is done."""
    if state in (ExportState.DONE, ExportState.EXPIRED):
        return 100.0
    if not rows_estimated:
        return 0.0
    return min(round(100 * rows_done / rows_estimated, 1), 99.0)


def eta_seconds(
    rows_done: int, rows_estimated: int | None, started_ms: int | None, now_ms: int
) -> int | None:
    """How long a running export takes yet, at the speed it had; None while nothing is known."""
    if not rows_done or not rows_estimated or started_ms is None:
        return None
    left = max(rows_estimated - rows_done, 0)
    return round(max(now_ms - started_ms, 0) * left / rows_done / 1000)


def reserved_bytes(disk_bytes: int) -> int:
    return min(int(disk_bytes * RESERVED_SHARE), MOST_RESERVED_BYTES)


def file_name(export_type: str, guild_id: int, as_of: str, extension: str) -> str:
    """`violations-4242-2026-03-18T102005Z.csv`; `as_of` in RFC 3339."""
    return f"{export_type.replace('_', '-')}-{guild_id}-{as_of[:19].replace(':', '')}Z.{extension}"


# What the page calls each view and format: dashboard/src/sections/export-views.js.
VIEW_NAMES = {
    ExportType.VIOLATIONS: "Violations",
    ExportType.METRICS: "Messages and violations",
    ExportType.HEALTH_METRICS: "Health",
    ExportType.TOP_OFFENDERS: "Offenders",
    ExportType.RULE_EFFECTIVENESS: "Rules",
    ExportType.TEMPORAL_ANALYTICS: "Days and hours",
    ExportType.WARNINGS: "Warnings",
    ExportType.AUDIT_LOG: "Audit log",
}
FORMAT_NAMES = {"csv": "CSV", "xlsx": "Excel", "json": "JSON", "ndjson": "NDJSON"}


def name_of(export_type: str) -> str:
    """`Days and hours`: what people call the view."""
    return VIEW_NAMES[ExportType(export_type)]


def size_words(size_bytes: int) -> str:
    """`1.2 MB`, in powers of 1,000."""
    size = float(size_bytes)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def ready_words(
    export_type: str, format: str, rows: int, size_bytes: int, until: str
) -> tuple[str, str]:
    """Title and text of the notification; `until`: the day on which the file goes."""
    count = f"{rows:,} {'row' if rows == 1 else 'rows'}"
    file = f"{count} as {FORMAT_NAMES[format]}, {size_words(size_bytes)}"
    text = f"{file}. It can be downloaded until {until}."
    return f"Export ready: {name_of(export_type).lower()}", text


def failed_words(export_type: str, code: ExportError) -> tuple[str, str]:
    return f"Export failed: {name_of(export_type).lower()}", words_of(code, ExportState.FAILED)
