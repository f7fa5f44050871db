"""What a file says of itself: in JSON as `meta`, in a workbook on its last sheet."""

from __future__ import annotations

from typing import Any

from domain.clock import rfc3339
from domain.exports import ExportWish
from domain.spans import span_window


def meta(wish: ExportWish, rows: int) -> dict[str, Any]:
    """As JSON shows it; times RFC 3339, `since` and `until` null where they are open."""
    window = span_window(wish.span, wish.as_of_ms) if wish.span else None
    since_ms = window.start_ms if window else wish.from_ms
    until_ms = window.end_ms if window else wish.to_ms
    return {
        "export_type": wish.export_type,
        "guild_id": str(wish.guild_id),
        "as_of": rfc3339(wish.as_of_ms),
        "period": wish.span,
        "since": None if since_ms is None else rfc3339(since_ms),
        "until": None if until_ms is None else rfc3339(until_ms),
        "filters": dict(wish.filters),
        "rows": rows,
        "columns": [{"name": column.name, "type": column.kind} for column in wish.columns],
    }
