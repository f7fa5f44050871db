"""A figure as a number that can be compared with that of another run, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# Where there was one round only, or where they happened to agree.
LEAST_NOISE = 0.05


@dataclass(frozen=True, slots=True)
class Measure:
    """`noise`: how far rounds lay from their median, the share of it, 0.1 for 10 %."""

    value: float
    noise: float
    # Whether it is better when it grows.
    is_speed: bool = False
    # Comparable between machines, as two sides of one run are.
    is_ratio: bool = False


def of_rounds(rounds: Sequence[float], *, is_speed: bool = False) -> Measure:
    return Measure(median(rounds), noise_of(rounds), is_speed)


def noise_of(rounds: Sequence[float]) -> float:
    """The distance of the farther quarter: one round that others disturbed is left out."""
    middle = median(rounds)
    away = sorted(abs(value - middle) for value in rounds)
    if not middle or len(away) < 2:
        return LEAST_NOISE
    return max(LEAST_NOISE, away[(3 * len(away) - 1) // 4] / abs(middle))
