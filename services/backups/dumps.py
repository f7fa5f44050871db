"""Dumps that others make, as Compose's `backup` does: when the last one ended well.

Who makes them touches a file in the data folder at their end, and once before the first.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from domain.windows import DAY_MS

MARK = "last-dump"
# Two may be missed before somebody has to look.
LATE_MS = 3 * DAY_MS


def last_dump_ms(data_dir: Path) -> int | None:
    """None where nobody makes any."""
    with suppress(OSError):
        return round((data_dir / MARK).stat().st_mtime * 1000)
    return None


def missing_dump_ms(data_dir: Path, now_ms: int) -> int | None:
    """When the last one was made, if that is too long ago."""
    at_ms = last_dump_ms(data_dir)
    return at_ms if at_ms is not None and now_ms - at_ms > LATE_MS else None
