"""What the SVG charts of reports and answers have in common: the panel, its axis, and texts.

On a light panel of its own, since a picture does not know on what it is shown. Texts are numbers
and words of ours only, so nothing is escaped: nothing that members or owners wrote comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, log10

WIDTH, HEIGHT = 550, 256
FONT = "Inter"
LEFT, RIGHT, TOP, BOTTOM = 54, 20, 58, 38
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
BASE = HEIGHT - BOTTOM
INK, MUTED, LINE, PANEL = "#1a2230", "#556274", "#e4e8ee", "#ffffff"
BEFORE = "#7b8794"
_MOST_LABELS = 12
_STEPS = (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10)


def framed(parts: Iterable[str]) -> str:
    """The SVG, WIDTH by HEIGHT."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FONT}">'
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"'
        f' fill="{PANEL}" stroke="#d5dbe3"/>{"".join(parts)}</svg>'
    )


def labels(words: Sequence[str]) -> Iterator[str]:
    """Below the bars, some left out where there are many."""
    slot, every = PLOT_WIDTH / max(len(words), 1), ceil(len(words) / _MOST_LABELS)
    for place, word in enumerate(words):
        if place % every == 0:
            yield text(LEFT + slot * (place + 0.5), BASE + 22, word, 13)


def axis_top(most: int) -> int:
    """A round number at or above the largest value, in steps people count in."""
    if most <= 4:
        return 4
    unit = 10 ** int(log10(most))
    return next(int(step * unit) for step in _STEPS if step * unit >= most)


def grid(top: int) -> Iterator[str]:
    for place in range(5):
        value = top * place / 4
        if value != int(value) and place % 2:  # no half violations
            continue
        y = round(BASE - PLOT_HEIGHT * place / 4) + 0.5
        ink = BEFORE if place == 0 else LINE
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{ink}"/>'
        yield text(LEFT - 8, y + 4.5, _short(value), 13, anchor="end")


def line(x: float, y: float, width: float, colour: str, thickness: int) -> str:
    return f'<path d="M{x:.1f} {y:.1f}h{width:.1f}" stroke="{colour}" stroke-width="{thickness}"/>'


def text(
    x: float,
    y: float,
    words: str,
    size: int,
    *,
    anchor: str = "middle",
    ink: str = MUTED,
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{ink}" font-weight="{weight}"'
        f' text-anchor="{anchor}">{words}</text>'
    )


def _short(value: float) -> str:
    """`950`, `1.2k`, `3M`: room for five letters."""
    for size, sign in ((1_000_000, "M"), (1000, "k")):
        if value >= size:
            return f"{value / size:.1f}".removesuffix(".0") + sign
    return f"{value:g}"
