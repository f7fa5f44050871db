"""What the snapshots of a chunk of guilds are made from: by guild, then by span."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from domain.raids import Raid
from domain.response_times import Population, ResponseTimes
from domain.spans import Span
from domain.windows import Window
from models.guilds.profile import GuildProfile
from models.violations.list import ViolationItem


@dataclass(slots=True)
class SpanFacts:
    """One guild in one window; `buckets` and `previous` map a bucket's number to its COUNTS."""

    window: Window | None
    buckets: dict[int, tuple[int, ...]] = field(default_factory=dict)
    previous: dict[int, tuple[int, ...]] = field(default_factory=dict)
    response_times: dict[Population, ResponseTimes] = field(
        default_factory=lambda: defaultdict(ResponseTimes)
    )
    # user -> (violations, latest violation)
    offenders: dict[int, tuple[int, int]] = field(default_factory=dict)
    # rule hash -> (high, medium, low, latest hit)
    rules: dict[int, tuple[int, ...]] = field(default_factory=dict)
    # (user, violations, latest violation) of the ten that lead, and (rule hash, as above)
    top: list[tuple[int, int, int]] = field(default_factory=list)
    leading_rules: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    # (moderator, action, histogram bucket) -> violations
    moderators: dict[tuple[int, str, int], int] = field(default_factory=dict)
    # local hour of the week -> violations, and those a moderator handled
    heat: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    handled: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    # (rule hash, moderator, overturned) of each violation with a decided appeal
    decided: list[tuple[int, int | None, bool]] = field(default_factory=list)
    dead_rules: list[str] = field(default_factory=list)
    dead_rules_count: int = 0
    data_since_ms: int | None = None  # the guild's first event

    @property
    def reaches_back(self) -> bool:
        """Whether events were counted for the whole of the window before."""
        if self.window is None or self.data_since_ms is None:
            return False
        return self.data_since_ms <= self.window.previous.start_ms


@dataclass(slots=True)
class GuildFacts:
    profile: GuildProfile
    spans: dict[Span, SpanFacts]
    raids: list[Raid] = field(default_factory=list)
    # (id, first and last moment of the stretch) of each incident
    incidents: list[tuple[UUID, int, int]] = field(default_factory=list)
    latest: list[ViolationItem] = field(default_factory=list)
    top_ever: list[tuple[int, int, int]] = field(default_factory=list)
    distribution_ever: dict[int, int] = field(default_factory=dict)


Facts = dict[int, GuildFacts]
