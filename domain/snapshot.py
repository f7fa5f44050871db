"""A finished answer of a read endpoint, wherever it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.clock import rfc3339
from domain.spans import PERIODS, Span
from domain.windows import MINUTE_MS

STALE_AFTER_MS = 120_000


class Kind(StrEnum):
    METRICS = "metrics"
    HEALTH = "health"
    TOP_OFFENDERS = "top_offenders"
    RULE_EFFECTIVENESS = "rule_effectiveness"
    TEMPORAL_ANALYTICS = "temporal_analytics"
    MODERATORS = "moderators"
    OVERVIEW = "overview"


# Which windows each kind is made for; the last is the one without a `period`, where there is one.
SPANS: dict[Kind, tuple[Span, ...]] = {
    Kind.METRICS: PERIODS,
    Kind.HEALTH: PERIODS,
    Kind.TOP_OFFENDERS: (*PERIODS, Span.ALL),
    Kind.RULE_EFFECTIVENESS: PERIODS,
    Kind.TEMPORAL_ANALYTICS: (*PERIODS, Span.QUARTER),
    Kind.MODERATORS: PERIODS,
    Kind.OVERVIEW: (Span.DAY,),
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`body` is a JSON object; what depends on the moment of asking is added by `answer`."""

    guild_id: int
    kind: Kind
    span: Span
    body: bytes
    version: int
    as_of_ms: int
    changed_ms: int
    slides_at_ms: int | None
    holds_data: bool

    def outlived(self, now_ms: int) -> bool:
        """Whether it is made on demand: a window without data has moved on, which nobody redoes, or
        a clock that was ahead made it, and nobody redoes it before something changes.
        """
        if self.slides_at_ms is None:
            return False
        is_ahead = self.as_of_ms > now_ms + MINUTE_MS
        return is_ahead or (not self.holds_data and self.slides_at_ms <= now_ms)

    def answer(self, *, stale: bool) -> bytes:
        """The body with `as_of`, `version` and `stale`."""
        last = b"true" if stale else b"false"
        as_of = rfc3339(self.as_of_ms).encode()
        return b'%b,"as_of":"%b","version":%d,"stale":%b}' % (
            self.body[:-1],
            as_of,
            self.version,
            last,
        )


def cache_key(guild_id: int, kind: Kind, span: Span) -> str:
    """The name in Redis: `metrics:{guild}:{period}`, `health:{guild}` for the day."""
    if kind is Kind.OVERVIEW or (kind is Kind.HEALTH and span is Span.DAY):
        return f"{kind}:{guild_id}"
    return f"{kind}:{guild_id}:{span}"
