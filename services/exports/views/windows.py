"""The stretch of time a wish is about, for views of figures."""

from __future__ import annotations

from domain.exports import ExportWish
from domain.spans import Span, span_window
from models.exports.stretch import Stretch


def stretch_of(wish: ExportWish) -> Stretch | None:
    """None for all time."""
    if wish.from_ms is not None and wish.to_ms is not None:
        return Stretch(wish.guild_id, wish.from_ms, wish.to_ms)
    window = span_window(wish.span or Span.ALL, wish.as_of_ms)
    return Stretch(wish.guild_id, window.start_ms, window.end_ms) if window else None
