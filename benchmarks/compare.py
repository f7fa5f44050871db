"""What changed since the last release, beyond what rounds of the same code differ by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from benchmarks.figure import Figure
from benchmarks.measure import Measure


@dataclass(frozen=True, slots=True)
class Results:
    """One run, as it is kept in results/latest.json."""

    made_at: int  # epoch seconds
    commit: str
    # Processor, cores, Python: what figures that are no ratios depend on.
    machine: Mapping[str, str | int | None]
    figures: Sequence[Figure]
    not_built_yet: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Change:
    row: str
    variant: str
    name: str
    before: Measure
    now: Measure

    @property
    def share(self) -> float:
        """By how much it grew, of what it was: 0.1 for 10 %."""
        return self.now.value / self.before.value - 1

    @property
    def is_better(self) -> bool:
        return (self.share > 0) is self.now.is_speed


def changes(before: Results, now: Results) -> Iterator[Change]:
    """What differs by more than both noises together.

    What is no ratio is compared on the same machine alone.
    """
    then = {(one.row, one.variant): one.measures for one in before.figures}
    is_same_machine = before.machine == now.machine
    for one in now.figures:
        old = then.get((one.row, one.variant), {})
        for name, measure in one.measures.items():
            is_comparable = name in old and (measure.is_ratio or is_same_machine)
            if is_comparable and is_beyond_noise(old[name], measure):
                yield Change(
                    row=one.row, variant=one.variant, name=name, before=old[name], now=measure
                )


def is_beyond_noise(before: Measure, now: Measure) -> bool:
    if not before.value:
        return False
    return abs(now.value / before.value - 1) > before.noise + now.noise


def table(found: Sequence[Change]) -> Table:
    shown = Table("row", "variant", "measure", "before", "now", "change", "noise", "")
    for one in found:
        noise = one.before.noise + one.now.noise
        values = (f"{one.before.value:,.4g}", f"{one.now.value:,.4g}", f"{one.share:+.0%}")
        word = "better" if one.is_better else "WORSE"
        shown.add_row(one.row, one.variant, one.name, *values, f"{noise:.0%}", word)
    return shown
