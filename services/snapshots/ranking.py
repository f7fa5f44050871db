"""Who and what leads a window: the only members and rules of which names are read."""

from __future__ import annotations

from heapq import nsmallest

from services.snapshots.documents.shapes import RULES_LISTED, TOP_USERS
from services.snapshots.facts import Facts, SpanFacts


def rank(facts: Facts) -> None:
    for guild in facts.values():
        for span in guild.spans.values():
            span.top = _top_users(span)
            span.leading_rules = _leading_rules(span)


def _top_users(facts: SpanFacts) -> list[tuple[int, int, int]]:
    users = ((user, count, last) for user, (count, last) in facts.offenders.items())
    return nsmallest(TOP_USERS, users, key=lambda user: (-user[1], -user[2], user[0]))


def _leading_rules(facts: SpanFacts) -> list[tuple[int, tuple[int, ...]]]:
    return nsmallest(
        RULES_LISTED, facts.rules.items(), key=lambda rule: (-sum(rule[1][:3]), -rule[1][3], rule)
    )
