"""The chart of a report as SVG: violations by severity, and those of the time before.

It has numbers and words of ours only: nothing that members or owners wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.chart_parts import (
    BASE,
    BEFORE,
    INK,
    LEFT,
    PANEL,
    PLOT_HEIGHT,
    PLOT_WIDTH,
    TOP,
    WIDTH,
    axis_top,
    framed,
    grid,
    labels,
    line,
    text,
)
from domain.report_figures import Bar, Figures
from domain.report_schedules import Cadence
from domain.report_words import count_words, number, period_word

_OTHER = "#9aa7b5"
# From the bottom up: what weighs most stands on the ground, where lengths compare best.
_STACK = (("high", "High", "#c0312b"), ("medium", "Medium", "#b8790a"), ("low", "Low", "#1f6f9c"))


def chart(figures: Figures) -> str:
    """The SVG, WIDTH by HEIGHT."""
    bars = figures.bars
    top = axis_top(max((max(bar.violations, bar.before or 0) for bar in bars), default=0))
    parts = [
        *_legend(figures),
        *grid(top),
        *_bars(bars, top),
        *labels([bar.label for bar in bars]),
    ]
    if not any(bar.violations for bar in bars):
        parts.append(text(LEFT + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT / 2, "No violations", 15))
    return framed(parts)


def chart_title(cadence: Cadence) -> str:
    return f"Violations by {'hour' if cadence is Cadence.DAILY else 'day'}"


def chart_words(figures: Figures) -> str:
    """What the picture shows, for who does not see it."""
    cadence = figures.window.cadence
    title = chart_title(cadence)
    most = max(figures.bars, key=lambda bar: bar.violations, default=None)
    if most is None or not most.violations:
        return f"{title}: none."
    fewest = min(bar.violations for bar in figures.bars)
    where = {
        Cadence.DAILY: f"at {most.label}:00",
        Cadence.WEEKLY: f"on {most.label}",
        Cadence.MONTHLY: f"on day {most.label}",
    }[cadence]
    told = f"most {where} ({count_words(most.violations, 'violation')}), fewest {number(fewest)}"
    return f"{title}: {told}."


def _bars(bars: Sequence[Bar], top: int) -> Iterator[str]:
    slot = PLOT_WIDTH / max(len(bars), 1)
    width = max(min(slot * 0.62, 44), 3)
    for place, bar in enumerate(bars):
        x = LEFT + slot * place + (slot - width) / 2
        yield from _stack(bar, x, width, top)
        if bar.before is not None:
            y = round(BASE - PLOT_HEIGHT * bar.before / top, 1)
            reach = min(slot * 0.16, 8)
            yield line(x - reach, y, width + 2 * reach, PANEL, 4)
            yield line(x - reach, y, width + 2 * reach, BEFORE, 2)


def _stack(bar: Bar, x: float, width: float, top: int) -> Iterator[str]:
    told = [(getattr(bar, name), colour) for name, _, colour in _STACK]
    told.append((max(bar.violations - sum(count for count, _ in told), 0), _OTHER))
    y = float(BASE)
    for count, colour in told:
        if count:
            height = PLOT_HEIGHT * count / top
            y -= height
            yield (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
                f' fill="{colour}"/>'
            )


def _legend(figures: Figures) -> Iterator[str]:
    yield text(20, 33, chart_title(figures.window.cadence), 15, anchor="start", ink=INK, weight=600)
    x = float(WIDTH - 20)
    if figures.before is not None:
        words = f"{period_word(figures.window.cadence)} before"
        x -= _wide(words)
        yield text(x, 33, words, 13, anchor="start")
        x -= 22
        yield line(x, 28.5, 16, BEFORE, 2)
        x -= 16
    for _, words, colour in reversed(_STACK):
        x -= _wide(words)
        yield text(x, 33, words, 13, anchor="start")
        x -= 15
        yield f'<rect x="{x:.1f}" y="23.5" width="10" height="10" rx="2" fill="{colour}"/>'
        x -= 16


def _wide(words: str) -> float:
    """About how wide they are at 13 px: a legend needs no more."""
    return 7.2 * len(words)
