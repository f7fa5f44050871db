"""What each rule caught, and the rules that catch nothing (shape: docs/api.md)."""

from __future__ import annotations

from collections import Counter

from domain.clock import rfc3339
from domain.rule_key import rule_key
from domain.rules import precision
from services.snapshots.documents.shapes import Document, RuleNames
from services.snapshots.facts import SpanFacts


def rule_effectiveness(guild_id: int, facts: SpanFacts, names: RuleNames) -> Document:
    decided = Counter(rule for rule, _, _ in facts.decided)
    overturned = Counter(rule for rule, _, granted in facts.decided if granted)
    rules = []
    for rule, (high, medium, low, last_hit_ms) in facts.leading_rules:
        exact, small_sample = precision(overturned[rule], decided[rule])
        rules.append(
            {
                "rule_name": names[guild_id, rule],
                "rule_hash": rule_key(rule),
                "violation_count": high + medium + low,
                "severity_distribution": {"high": high, "medium": medium, "low": low},
                "overturned_count": overturned[rule],
                "precision": exact,
                "small_sample": small_sample,
                "last_hit": rfc3339(last_hit_ms),
            }
        )
    return {
        "top_rules": rules,
        "total_rule_violations": sum(sum(hits[:3]) for hits in facts.rules.values()),
        "dead_rules": facts.dead_rules,
        "dead_rules_count": facts.dead_rules_count,
    }
