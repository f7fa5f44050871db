"""Which documents a change touches: the kinds of answers, each of some spans, as bits of a mask.

A document that nothing touched, and whose window did not move on, would be the same bytes again.
What a change touches goes by its kind alone: of which windows its time is a part is not looked at,
since a window moves on to what was ahead of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from domain.snapshot import SPANS, Kind
from domain.spans import Span

Document = tuple[Kind, Span]
# Their order is stored: a new one goes to the end.
DOCUMENTS: tuple[Document, ...] = tuple((kind, span) for kind in Kind for span in SPANS[kind])
EVERY_DOCUMENT = (1 << len(DOCUMENTS)) - 1
_BITS = {document: 1 << place for place, document in enumerate(DOCUMENTS)}


class Cause(StrEnum):
    MESSAGES = "messages"
    VIOLATIONS = "violations"  # with what a bot calls their channels
    WARNINGS = "warnings"  # a member's level
    APPEALS = "appeals"
    NAMES = "names"  # or avatars, of members and moderators
    MEMBERS = "members"  # how many the guild has
    BEGINNING = "beginning"  # the guild's first event is an earlier one
    TIMEZONE = "timezone"


# An overview holds the metrics and the health of its day, and the latest violations.
_FIGURES = frozenset((Kind.METRICS, Kind.HEALTH, Kind.OVERVIEW))
TOUCHED: dict[Cause, frozenset[Kind]] = {
    Cause.MESSAGES: _FIGURES,
    Cause.VIOLATIONS: frozenset(Kind),
    Cause.WARNINGS: frozenset((Kind.TOP_OFFENDERS,)),
    Cause.APPEALS: frozenset((Kind.RULE_EFFECTIVENESS, Kind.MODERATORS, Kind.OVERVIEW)),
    # Major events name those who took part.
    Cause.NAMES: frozenset(
        (Kind.TOP_OFFENDERS, Kind.MODERATORS, Kind.TEMPORAL_ANALYTICS, Kind.OVERVIEW)
    ),
    Cause.MEMBERS: frozenset((Kind.TOP_OFFENDERS,)),
    # What is counted by the hour is so from the first event on.
    Cause.BEGINNING: _FIGURES | {Kind.TEMPORAL_ANALYTICS},
    # Hours without any moderator are hours of the guild's own week.
    Cause.TIMEZONE: frozenset((Kind.TEMPORAL_ANALYTICS, Kind.MODERATORS, Kind.OVERVIEW)),
}


def bit(kind: Kind, span: Span) -> int:
    return _BITS[kind, span]


@lru_cache
def of_kinds(kinds: frozenset[Kind], spans: tuple[Span, ...] = tuple(Span)) -> int:
    """The documents of these kinds in these spans, as far as there are such."""
    return sum(_BITS[kind, span] for kind, span in DOCUMENTS if kind in kinds and span in spans)


def of_spans(spans: Iterable[Span]) -> int:
    return of_kinds(frozenset(Kind), tuple(sorted(spans)))


@lru_cache
def touched_by(*causes: Cause) -> int:
    none: frozenset[Kind] = frozenset()
    return of_kinds(none.union(*(TOUCHED[cause] for cause in causes)))


@lru_cache(maxsize=1_000)
def documents_in(bits: int) -> tuple[Document, ...]:
    return tuple(document for document, one in _BITS.items() if bits & one)


@lru_cache(maxsize=1_000)
def spans_of(bits: int) -> tuple[Span, ...]:
    """The spans of which any document is among them, in the order of `Span`."""
    found = {span for _, span in documents_in(bits)}
    return tuple(span for span in Span if span in found)
