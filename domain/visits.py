"""Since when a person has not looked at a server: what happened meanwhile is told once."""

from __future__ import annotations

from dataclasses import dataclass

from domain.windows import DAY_MS, HOUR_MS

AWAY_MS = 4 * HOUR_MS  # shorter absences are one visit
LONGEST_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class Visit:
    """`since_ms`: from when on the person does not know what happened; None when they do."""

    seen_ms: int
    since_ms: int | None = None


def come_by(before: Visit | None, now_ms: int) -> Visit:
    """The person looks at the page. What was not read of an earlier absence is still to be told."""
    if before is None:
        return Visit(now_ms)
    if before.since_ms is not None:
        return Visit(now_ms, max(before.since_ms, now_ms - LONGEST_MS))
    was_away = now_ms - before.seen_ms > AWAY_MS
    return Visit(now_ms, max(before.seen_ms, now_ms - LONGEST_MS) if was_away else None)
