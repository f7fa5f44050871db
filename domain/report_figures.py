"""The figures of a report: of one closed time, and what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.health import Health
from domain.report_schedules import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of the chart; `before`: violations of the same hour or day of the time before."""

    label: str
    high: int
    medium: int
    low: int
    violations: int
    messages: int
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Response times of the bot or of moderators, in ms; zeros without any."""

    count: int
    mean_ms: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`overturned`: of its hits, those with an approved appeal."""

    name: str
    hits: int
    overturned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offender:
    """`name` is as it was when the report was made."""

    user_id: int
    name: str
    violations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A major event that began in the time; `members` of whom 50 may be more."""

    started_ms: int
    ended_ms: int
    violations: int
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeals:
    """Opened, approved and denied in the time; `waiting` when the report was made."""

    opened: int
    approved: int
    denied: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of one window.

    counts    by the names of COUNTS
    before    the same of the window before; None where there is nothing to compare with
    members   how many had a violation
    rules_hit how many rules were hit
    is_rounded  edges are those of whole hours: the raw rows that could tell better are gone
    """

    guild_id: int
    guild_name: str
    window: Window
    counts: Mapping[str, int]
    before: Mapping[str, int] | None
    health: Health
    health_before: Health | None
    bars: Sequence[Bar]
    members: int
    rules_hit: int
    bot: Times
    moderators: Times
    rules: Sequence[Rule]
    offenders: Sequence[Offender]
    events: Sequence[Event]
    appeals: Appeals
    is_rounded: bool

    @property
    def is_empty(self) -> bool:
        appeals = self.appeals
        happened = (self.counts["messages"], self.counts["violations"], appeals.opened)
        return not any((*happened, appeals.approved, appeals.denied))
