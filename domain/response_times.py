"""How long violations took to be acted on, apart for those a bot found and those of moderators.

A bot answers in milliseconds and a person in minutes: a figure over both says nothing of either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from domain.histogram import percentile


class Population(StrEnum):
    BOT = "bot"
    MODERATOR = "moderator"


def population_of(detection_type: str) -> Population:
    """Who acted: a moderator where a person found it, or else the bot."""
    return Population.MODERATOR if detection_type == "manual" else Population.BOT


@dataclass(slots=True)
class ResponseTimes:
    """Violations by histogram bucket; the sum of their times and the largest of them, in ms."""

    buckets: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    sum_ms: int = 0
    largest_ms: int = 0

    @classmethod
    def together(cls, parts: Iterable[ResponseTimes]) -> Self:
        whole = cls()
        for part in parts:
            for bucket, count in part.buckets.items():
                whole.buckets[bucket] += count
            whole.sum_ms += part.sum_ms
            whole.largest_ms = max(whole.largest_ms, part.largest_ms)
        return whole

    def add(self, bucket: int, count: int, sum_ms: int, largest_ms: int) -> None:
        self.buckets[bucket] += count
        self.sum_ms += sum_ms
        self.largest_ms = max(self.largest_ms, largest_ms)

    @property
    def count(self) -> int:
        return sum(self.buckets.values())

    @property
    def mean_ms(self) -> float:
        """0.0 without any."""
        return self.sum_ms / self.count if self.buckets else 0.0

    def percentile_ms(self, q: float) -> float:
        """Within 10 % of the exact one, and never beyond the largest time; 0.0 without any."""
        return min(percentile(self.buckets, q), float(self.largest_ms))
