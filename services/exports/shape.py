"""An export as the API shows it, its manifest, and what a server's exports take.

The ends of a free window are `from` and `to` in JSON, which no dataclass can have: structs can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec


class ShownExport(
    msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}
):
    """In the order of the JSON; `since` and `until` are the ends of a free window."""

    id: str
    export_type: str
    name: str
    format: str
    mode: str
    compression: str
    period: str | None
    since: str | None
    until: str | None
    filters: dict[str, Any]
    status: str
    progress: float
    rows_done: int
    rows_estimated: int | None
    eta_seconds: int | None
    attempt: int
    record_count: int | None
    file_name: str | None
    file_size: int | None
    sha256: str | None
    as_of: str | None
    columns: list[dict[str, str]] | None
    error: str | None
    error_code: str | None
    created_by: str
    created_by_username: str | None
    created_by_avatar: str | None
    schedule_id: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    expires_at: str | None
    status_url: str
    download_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportsPage:
    exports: list[ShownExport]
    next_cursor: str | None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """What of a ShownExport says what its file is."""

    id: str
    export_type: str
    name: str
    format: str
    mode: str
    compression: str
    period: str | None
    since: str | None
    until: str | None
    filters: dict[str, Any]
    as_of: str | None
    columns: list[dict[str, str]] | None
    record_count: int | None
    file_name: str | None
    file_size: int | None
    sha256: str | None
    created_at: str
    created_by: str
    created_by_username: str | None
    created_by_avatar: str | None
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """`limit_bytes` None: as much as there is room; `most_queued` is of `queued` alone."""

    files: int
    bytes: int
    limit_bytes: int | None
    retention_days: int
    queued: int
    queued_for_reports: int
    running: int
    most_queued: int
