"""What a row comes to, and how all of them are shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Measure, noise_of


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `ratio` is what `goal` speaks of; `met` is None without a goal."""

    row: str
    variant: str
    ours: str
    baseline: str = "-"
    ratio: float | None = None
    goal: str = "-"
    met: bool | None = None
    notes: dict[str, float | str] = field(default_factory=dict)
    # What is compared with the last release, by name.
    measures: dict[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sides:
    """Medians of interleaved rounds, and the median of the rounds' own ratios."""

    ours: float
    baseline: float
    ratio: float
    noise: float

    def measures(self, *, is_speed: bool) -> dict[str, Measure]:
        """is_speed: the sides say how much they did, not how long they took"""
        return {"ratio": Measure(self.ratio, self.noise, is_speed, is_ratio=True)}


def sides(rounds: Iterable[tuple[float, float]]) -> Sides:
    """From (ours, baseline) of each round; higher is better on both."""
    pairs = list(rounds)
    ours, baseline = zip(*pairs, strict=True)
    ratios = [mine / other for mine, other in pairs]
    return Sides(median(ours), median(baseline), median(ratios), noise_of(ratios))


def show(figures: Sequence[Figure], later: Iterable[str]) -> None:
    table = Table("row", "variant", "ours", "baseline", "ratio", "goal", "met")
    for one in figures:
        ratio = "-" if one.ratio is None else f"{one.ratio:.2f}"
        met = "-" if one.met is None else "yes" if one.met else "NO"
        table.add_row(one.row, one.variant, one.ours, one.baseline, ratio, one.goal, met)
        cpu = {name: measure.value for name, measure in one.measures.items() if name != "ratio"}
        for name, value in {**cpu, **one.notes}.items():
            table.add_row("", f"[dim]{name}[/]", f"[dim]{_shown(value)}[/]")
    for name in later:
        table.add_row(name, "not built yet", "", "", "", "", "")
    Console(width=None if sys.stdout.isatty() else 130).print(table)


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,.{0 if abs(value) >= 100 else 2}f}"
