"""Each rollup table, and what it is counted from."""

from __future__ import annotations

from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.rollups import sources
from models.rollups.counts import (
    DayRollup,
    HourRollup,
    MinuteRollup,
    ResponseTimeRollup,
)
from models.rollups.moderators import ModeratorRollup
from models.rollups.offenders import OffenderDistribution, OffenderRollup, OffenderTotal
from models.rollups.recount import Recount, RuleRecount, TextRecount
from models.rollups.rules import RuleRollup, SeenRule
from models.rollups.sources import COUNTED, SEVERITIES
from models.rollups.texts import ViolationText

MINUTES = Recount(
    model=MinuteRollup,
    key=("epoch_minute",),
    sums=COUNTED,
    others=(),
    source=sources.minutes,
    width_ms=MINUTE_MS,
)
RECOUNTS = (
    MINUTES,
    Recount(
        model=HourRollup,
        key=("epoch_hour",),
        sums=COUNTED,
        others=(),
        source=sources.hours,
        width_ms=HOUR_MS,
    ),
    Recount(
        model=DayRollup,
        key=("epoch_day",),
        sums=COUNTED,
        others=(),
        source=sources.days,
        width_ms=DAY_MS,
    ),
    Recount(
        model=ResponseTimeRollup,
        key=("epoch_hour", "population", "bucket"),
        sums=("count", "sum_ms"),
        others=("largest_ms",),
        source=sources.response_times,
        width_ms=HOUR_MS,
    ),
    Recount(
        model=RuleRollup,
        key=("epoch_hour", "rule_hash"),
        sums=SEVERITIES,
        others=("last_hit_ms",),
        source=sources.rules,
        width_ms=HOUR_MS,
    ),
    RuleRecount(
        model=SeenRule,
        key=("rule_hash",),
        sums=(),
        others=("name", "last_hit_ms"),
        source=sources.seen_rules,
    ),
    TextRecount(
        model=ViolationText,
        key=("text_hash",),
        sums=SEVERITIES,
        others=("rule", "reason"),
        source=sources.texts,
    ),
    Recount(
        model=OffenderRollup,
        key=("epoch_hour", "user_id"),
        sums=("count",),
        others=("last_violation_ms",),
        source=sources.offenders,
        width_ms=HOUR_MS,
    ),
    Recount(
        model=OffenderTotal,
        key=("user_id",),
        sums=("count", *SEVERITIES),
        others=("last_violation_ms",),
        source=sources.offender_totals,
    ),
    Recount(
        model=OffenderDistribution,
        key=("violation_count",),
        sums=("users",),
        others=(),
        source=sources.offender_distribution,
    ),
    Recount(
        model=ModeratorRollup,
        key=("epoch_hour", "moderator_id", "action", "response_time_bucket"),
        sums=("count",),
        others=(),
        source=sources.moderators,
        width_ms=HOUR_MS,
    ),
)
