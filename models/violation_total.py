"""How many violations a filter leaves: mostly the rollups know it, else they are counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.sql import ColumnElement

from models.offender import OffenderTotal
from models.rollup import DayRollup
from models.rule_rollup import RuleRollup, rule_hash
from models.text_search import FoundTexts, find_texts
from models.violation import Violation, ViolationCount
from models.violation_list import ViolationFilter, conditions

# Which sum of the days counts a field's value.
_SUMS = {
    **{("severity", name): name for name in ("high", "medium", "low")},
    **{("detection_type", name): name for name in ("regex", "ai", "automod", "manual", "raid")},
    **{("action", name): f"{name}s" for name in ("warning", "timeout", "kick", "ban")},
}


def count_violations(
    connection: Connection,
    guild_id: int,
    wanted: ViolationFilter,
    found: FoundTexts | None = None,
) -> int:
    """How many violations of the guild match; `found` as in `list_violations`."""
    if wanted.text is not None:
        found = found or find_texts(connection, guild_id, wanted.text)
        total = found.count(wanted.severity)
        if not total or wanted == ViolationFilter(text=wanted.text, severity=wanted.severity):
            return total
    query = _known(guild_id, wanted)
    if query is None:
        counted = select(func.count()).select_from(Violation)
        query = counted.where(*conditions(connection, guild_id, wanted, found))
    return int(connection.scalar(query) or 0)


def _known(guild_id: int, wanted: ViolationFilter) -> Select[Any] | None:
    """The question to the rollups, whatever the guild's size; None where they do not know."""
    match wanted.fields:
        case []:
            return _by_days(guild_id, "violations")
        case [("user_id", user_id)]:
            return _of_member(guild_id, user_id, "count")
        case [("severity", severity), ("user_id", user_id)]:
            return _of_member(guild_id, user_id, severity)
        case [("rule", rule)]:
            hits = func.sum(RuleRollup.high + RuleRollup.medium + RuleRollup.low)
            return select(hits).where(
                RuleRollup.guild_id == guild_id, RuleRollup.rule_hash == rule_hash(rule)
            )
        case [field] if field in _SUMS:
            return _by_days(guild_id, _SUMS[field])
    return None


def _of_member(guild_id: int, user_id: int, name: str) -> Select[Any]:
    total: ColumnElement[Any] = getattr(OffenderTotal, name)
    return select(total).where(OffenderTotal.guild_id == guild_id, OffenderTotal.user_id == user_id)


def _by_days(guild_id: int, name: str) -> Select[Any]:
    """Without those known by number only: they cannot be listed."""
    listed: ColumnElement[Any] = func.coalesce(func.sum(getattr(DayRollup, name)), 0)
    if (column := getattr(ViolationCount, name, None)) is not None:
        unlisted = select(func.coalesce(func.sum(column), 0))
        listed -= unlisted.where(ViolationCount.guild_id == guild_id).scalar_subquery()
    return select(listed).where(DayRollup.guild_id == guild_id)
