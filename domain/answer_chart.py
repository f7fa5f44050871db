"""The chart in an answer to a moderator who asks in Discord: violations, one bar a bucket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.chart_parts import (
    BASE,
    INK,
    LEFT,
    PLOT_HEIGHT,
    PLOT_WIDTH,
    TOP,
    axis_top,
    framed,
    grid,
    labels,
    text,
)

_BAR = "#1f6f9c"
_HOUR_S, _DAY_S = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Pace:
    """Violations by bucket; `starts_s`: epoch seconds, oldest first, as many as `counts`."""

    title: str
    starts_s: Sequence[int]
    counts: Sequence[int]
    zone: str


def pace_chart(pace: Pace) -> str:
    """The SVG; the title says the zone of the times below the bars."""
    top = axis_top(max(pace.counts, default=0))
    title = f"{pace.title} ({pace.zone})"
    parts = [
        text(20, 33, title, 15, anchor="start", ink=INK, weight=600),
        *grid(top),
        *_bars(pace.counts, top),
        *labels(_times(pace)),
    ]
    if not any(pace.counts):
        parts.append(text(LEFT + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT / 2, "No violations", 15))
    return framed(parts)


def _bars(counts: Sequence[int], top: int) -> Iterator[str]:
    slot = PLOT_WIDTH / max(len(counts), 1)
    width = max(min(slot * 0.7, 44), 1.5)
    for place, count in enumerate(counts):
        if count:
            x, height = LEFT + slot * place + (slot - width) / 2, PLOT_HEIGHT * count / top
            yield (
                f'<rect x="{x:.1f}" y="{BASE - height:.1f}" width="{width:.1f}"'
                f' height="{height:.1f}" fill="{_BAR}"/>'
            )


def _times(pace: Pace) -> list[str]:
    """By the clock of the zone: days, or times, with seconds where buckets are that short."""
    step = _HOUR_S if len(pace.starts_s) < 2 else pace.starts_s[1] - pace.starts_s[0]
    form = "%d %b" if step >= _DAY_S else "%H:%M" if step >= 60 else "%M:%S"
    here = ZoneInfo(pace.zone)
    return [datetime.fromtimestamp(start, here).strftime(form) for start in pace.starts_s]


def pace_words(pace: Pace) -> str:
    """What the picture shows, for who does not see it; in ASCII, as a header has to be."""
    total = sum(pace.counts)
    if not total:
        return f"{pace.title}: none."
    most = max(pace.counts)
    at = _times(pace)[pace.counts.index(most)]
    return f"{pace.title}: {total}, most at {at} {pace.zone} ({most})."
