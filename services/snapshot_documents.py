"""The answers of the read endpoints, built from facts (shapes: the contract in docs/api.md)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from heapq import nsmallest
from typing import Any

from domain.clock import rfc3339
from domain.health import Health, assess, change_pct, share_pct
from domain.histogram import percentile
from domain.raids import Raid
from domain.rollup_deltas import COUNTS, NO_RESPONSE_TIME
from domain.rules import precision
from domain.spans import Span
from domain.temporal import average_per_hour, heat_map, peak_times
from domain.windows import Window
from services.snapshot_facts import GuildFacts, SpanFacts
from services.user_names import UNRESOLVED, ShownUser
from services.violation_json import violations_json

RULES_LISTED = 50
TOP_USERS = 10
RAIDS_LISTED = 50
_PLACES = {name: place for place, name in enumerate(COUNTS)}

Document = dict[str, Any]
Users = Mapping[int, ShownUser]
Levels = Mapping[tuple[int, int], int]
RuleNames = Mapping[tuple[int, int], str]


class Totals:
    """The sums of a window's buckets, by the names of COUNTS."""

    def __init__(self, buckets: Iterable[tuple[int, ...]]) -> None:
        sums = [sum(column) for column in zip(*buckets, strict=True)]
        self._sums: list[int] = sums or [0] * len(COUNTS)

    def __getitem__(self, name: str) -> int:
        return self._sums[_PLACES[name]]

    @property
    def mean_response_time_ms(self) -> float:
        count = self["response_time_count"]
        return self["response_time_ms_sum"] / count if count else 0.0

    def health(self) -> Health:
        return assess(
            self["messages"],
            self["violations"],
            self["kicks"] + self["bans"],
            self.mean_response_time_ms,
        )


def metrics(span: Span, facts: SpanFacts) -> Document:
    totals = Totals(facts.buckets.values())
    assert facts.window is not None
    zero = (0,) * len(COUNTS)
    series = []
    for bucket, start in zip(facts.window.bucket_range, _axis(facts.window), strict=True):
        sums = facts.buckets.get(bucket, zero)
        series.append({"timestamp": start, "messages": sums[0], "violations": sums[1]})
    return {
        "period": span.value,
        "messages_processed": totals["messages"],
        "violations_total": totals["violations"],
        "violations_by_type": {
            name: totals[name] for name in ("regex", "ai", "automod", "manual", "raid")
        },
        "violations_by_severity": {name: totals[name] for name in ("high", "medium", "low")},
        "avg_response_time_ms": round(totals.mean_response_time_ms, 2),
        "response_time_p50_ms": percentile(facts.response_times, 0.5),
        "response_time_p95_ms": percentile(facts.response_times, 0.95),
        "time_series": series,
        "response_time_series_ms": [
            _mean_response_time_ms(facts.buckets.get(bucket, zero))
            for bucket in facts.window.bucket_range
        ],
        "previous_series": _previous_series(facts.window, facts.previous),
    }


def _mean_response_time_ms(sums: tuple[int, ...]) -> float:
    count = sums[_PLACES["response_time_count"]]
    return round(sums[_PLACES["response_time_ms_sum"]] / count, 2) if count else 0.0


def _previous_series(window: Window, buckets: Mapping[int, tuple[int, ...]]) -> Document:
    """What trends compare with, bucket by bucket; as arrays, since the axis is the shifted one."""
    sums = [buckets.get(bucket) for bucket in window.previous.bucket_range]
    return {
        name: [0 if one is None else one[_PLACES[name]] for one in sums]
        for name in ("messages", "violations")
    }


@lru_cache(maxsize=100)
def _axis(window: Window) -> list[str]:
    """The starts of its buckets: the same for all guilds."""
    return [rfc3339(start_ms) for start_ms in window.starts_ms]


def health(span: Span, facts: SpanFacts) -> Document:
    now, before = Totals(facts.buckets.values()), Totals(facts.previous.values())
    verdict, previous = now.health(), before.health()
    return {
        "period": span.value,
        "health_score": verdict.score,
        "violation_rate": round(verdict.violation_rate, 4),
        "action_distribution": {
            f"{name}_pct": share_pct(now[name], now["violations"])
            for name in ("warnings", "timeouts", "kicks", "bans")
        },
        "trends": {
            "messages_change_pct": change_pct(now["messages"], before["messages"]),
            "violations_change_pct": change_pct(now["violations"], before["violations"]),
            "health_change": verdict.score - previous.score,
        },
        "warning": verdict.warning,
        "limited_data": verdict.limited_data,
        "penalties": {
            "violation_rate": verdict.penalties.violation_rate,
            "response_time": verdict.penalties.response_time,
            "escalation": verdict.penalties.escalation,
        },
    }


def ranked(facts: SpanFacts) -> list[tuple[int, int, int]]:
    """(user, violations, latest violation) of the ten that lead the window."""
    users = ((user, count, last) for user, (count, last) in facts.offenders.items())
    return nsmallest(TOP_USERS, users, key=lambda user: (-user[1], -user[2], user[0]))


def top_offenders(span: Span, guild: GuildFacts, users: Users, levels: Levels) -> Document:
    if span is Span.ALL:
        top, distribution = guild.top_ever, guild.distribution_ever
    else:
        facts = guild.spans[span]
        top = ranked(facts)
        distribution = Counter(count for count, _ in facts.offenders.values())
    violators = sum(distribution.values())
    guild_id = guild.profile.guild_id
    return {
        "top_users": [
            {
                "user_id": str(user_id),
                "username": users.get(user_id, UNRESOLVED).username,
                "avatar": users.get(user_id, UNRESOLVED).avatar,
                "violation_count": count,
                "warning_level": levels.get((guild_id, user_id), 0),
                "last_violation": rfc3339(last_ms),
            }
            for user_id, count, last_ms in top
        ],
        "violation_distribution": {
            str(count): distribution[count] for count in sorted(distribution)
        },
        "moderated_users_pct": share_pct(violators, guild.profile.member_count or 0),
    }


def leading_rules(facts: SpanFacts) -> list[tuple[int, tuple[int, ...]]]:
    """(rule hash, (high, medium, low, latest hit)) of the rules with most hits."""
    return nsmallest(
        RULES_LISTED, facts.rules.items(), key=lambda rule: (-sum(rule[1][:3]), -rule[1][3], rule)
    )


def rule_effectiveness(guild_id: int, facts: SpanFacts, names: RuleNames) -> Document:
    decided = Counter(rule for rule, _, _ in facts.decided)
    overturned = Counter(rule for rule, _, granted in facts.decided if granted)
    rules = []
    for rule, (high, medium, low, last_hit_ms) in leading_rules(facts):
        exact, small_sample = precision(overturned[rule], decided[rule])
        rules.append(
            {
                "rule_name": names[guild_id, rule],
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


def temporal_analytics(guild: GuildFacts, facts: SpanFacts, users: Users) -> Document:
    assert facts.window is not None
    cells = heat_map(facts.heat)
    raids = [raid for raid in guild.raids if facts.window.contains(raid.started_at_ms)]
    violations = sum(facts.heat.values())
    return {
        "timezone": guild.profile.timezone,
        "heatmap": [_cell(cell) for cell in cells],
        "peak_times": [_cell(cell) for cell in peak_times(cells)],
        "major_events": [_raid(raid, users) for raid in reversed(raids[-RAIDS_LISTED:])],
        "major_events_count": len(raids),
        "avg_violations_per_hour": average_per_hour(
            violations, facts.window, guild.profile.first_event_ms
        ),
    }


def _cell(cell: Any) -> Document:
    return {
        "day_of_week": cell.day_of_week,
        "hour": cell.hour,
        "violation_count": cell.violation_count,
    }


def _raid(raid: Raid, users: Users) -> Document:
    seconds = (raid.ended_at_ms - raid.started_at_ms) // 1000
    members = len(raid.user_ids)
    return {
        "timestamp": rfc3339(raid.started_at_ms),
        "ended_at": rfc3339(raid.ended_at_ms),
        "event_type": "mass_violations",
        "description": f"{raid.violation_count} violations by {members}"
        f"{' or more' if members == 50 else ''} member{'' if members == 1 else 's'}"
        f" in {seconds // 60} min {seconds % 60} s",
        "violation_count": raid.violation_count,
        "user_ids": [str(user_id) for user_id in raid.user_ids],
        "usernames": [users.get(user_id, UNRESOLVED).username for user_id in raid.user_ids],
    }


def moderators(facts: SpanFacts, users: Users) -> Document:
    actions: dict[int, Counter[str]] = defaultdict(Counter)
    times: dict[int, Counter[int]] = defaultdict(Counter)
    for (moderator_id, action, bucket), count in facts.moderators.items():
        actions[moderator_id][action] += count
        if bucket != NO_RESPONSE_TIME:
            times[moderator_id][bucket] += count
    overturned = Counter(moderator for _, moderator, granted in facts.decided if granted)
    rows = [
        _moderator(moderator_id, by_action, times[moderator_id], overturned[moderator_id], users)
        for moderator_id, by_action in actions.items()
    ]
    rows.sort(key=lambda row: (-row["actions_total"], int(row["user_id"])))
    gaps = {hour: count for hour, count in facts.heat.items() if not facts.handled.get(hour)}
    return {"moderators": rows, "coverage_gaps": [_cell(cell) for cell in heat_map(gaps)]}


def _moderator(
    moderator_id: int,
    by_action: Counter[str],
    times: Counter[int],
    overturned: int,
    users: Users,
) -> Document:
    user = users.get(moderator_id, UNRESOLVED)
    total = by_action.total()
    return {
        "user_id": str(moderator_id),
        "username": user.username,
        "avatar": user.avatar,
        "actions_total": total,
        "actions": {
            name: by_action[name] for name in ("warning", "timeout", "kick", "ban", "other", "none")
        },
        "response_time_p50_ms": percentile(times, 0.5),
        "response_time_p95_ms": percentile(times, 0.95),
        "overturned_count": overturned,
        "overturned_pct": share_pct(overturned, total),
    }


def latest(guild: GuildFacts, users: Users) -> list[Document]:
    return violations_json(guild.latest, users)
