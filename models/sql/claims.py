"""Claims: one process does something, and says until when the others need not."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from domain.windows import MINUTE_MS


def is_free(column: InstrumentedAttribute[int], now_ms: int, until_ms: int) -> ColumnElement[bool]:
    """Whether what `column` claims has ended; one far ahead is of a clock that was set back."""
    return ~column.between(now_ms, until_ms + MINUTE_MS)
