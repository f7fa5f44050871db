"""How many violations a filter leaves: mostly the rollups know it, else they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, func, not_, select
from sqlalchemy.sql import ColumnElement

from domain.windows import DAY_MS, HOUR_MS
from models.events.tables import Violation, ViolationCount
from models.guilds.guild import Guild
from models.rollups.counts import DayRollup
from models.rollups.offenders import OffenderTotal
from models.rollups.rules import RuleRollup, rule_hash
from models.sql.key_list import of_each
from models.violations.found import Found, find, said
from models.violations.list import ViolationFilter, conditions

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
    found: Found | None = None,
) -> int:
    """How many violations of the guild match; `found` as in `list_violations`."""
    if wanted.text is not None:
        found = found or find(connection, guild_id, wanted.text)
        return _saying(connection, guild_id, wanted, found) + _named_beside(
            connection, guild_id, wanted, found
        )
    query = _known(guild_id, wanted)
    if query is None:
        return _counted(connection, conditions(connection, guild_id, wanted))
    return int(connection.scalar(query) or 0)


def _counted(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> int:
    return connection.scalar(select(func.count()).select_from(Violation).where(*wanted)) or 0


def _saying(connection: Connection, guild_id: int, wanted: ViolationFilter, found: Found) -> int:
    """How many have a wording that says the text."""
    known = found.texts.count(wanted.severity)
    if not known or _is_plain(wanted):
        return known
    others = conditions(connection, guild_id, replace(wanted, text=None))
    return _counted(connection, [*others, said(connection, wanted.text or "", found)])


def _named_beside(
    connection: Connection, guild_id: int, wanted: ViolationFilter, found: Found
) -> int:
    """How many more are of a member who is called so. Only these members' rows are read."""
    known, saying = found.members.count(wanted.severity), found.texts.count(wanted.severity)
    if not known or (not saying and _is_plain(wanted)):
        return known
    others = conditions(connection, guild_id, replace(wanted, text=None))
    if saying:
        others.append(not_(said(connection, wanted.text or "", found)))

    def of_member(user_id: Any) -> Select[Any]:
        counted = select(func.count()).select_from(Violation)
        return counted.where(*others, Violation.user_id == user_id)

    return sum(row[0] for row in of_each(connection, found.members.ids, of_member))


def _is_plain(wanted: ViolationFilter) -> bool:
    return wanted == ViolationFilter(text=wanted.text, severity=wanted.severity)


def _known(guild_id: int, wanted: ViolationFilter) -> Select[Any] | None:
    """The question to the rollups, whatever the guild's size; None where they do not know."""
    listed = OffenderTotal.high + OffenderTotal.medium + OffenderTotal.low
    match wanted.fields:
        case []:
            return _by_days(guild_id, "violations")
        case [("user_id", user_id)]:
            return _of_member(guild_id, user_id, listed)
        case [("severity", severity), ("user_id", user_id)]:
            return _of_member(guild_id, user_id, getattr(OffenderTotal, severity))
        case [("rule", rule)]:
            return _of_rule(guild_id, rule_hash(rule))
        case [("rule_hash", hash)]:
            return _of_rule(guild_id, hash)
        case [field] if field in _SUMS:
            name, value = field
            return _by_days(guild_id, _SUMS[field], getattr(Violation, name) == value)
    return None


def _of_member(guild_id: int, user_id: int, total: ColumnElement[Any]) -> Select[Any]:
    return select(total).where(OffenderTotal.guild_id == guild_id, OffenderTotal.user_id == user_id)


def _of_rule(guild_id: int, hash: int) -> Select[Any]:
    hits = func.coalesce(func.sum(RuleRollup.high + RuleRollup.medium + RuleRollup.low), 0)
    of_rule = select(hits).where(
        RuleRollup.guild_id == guild_id,
        RuleRollup.rule_hash == hash,
        RuleRollup.epoch_hour >= _kept_from_ms(guild_id) // HOUR_MS,
    )
    return _and_older(guild_id, of_rule, Violation.rule_hash == hash)


def _by_days(guild_id: int, name: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Without those known by number only: they cannot be listed."""
    kept_from_ms = _kept_from_ms(guild_id)
    listed: ColumnElement[Any] = func.coalesce(func.sum(getattr(DayRollup, name)), 0)
    if (column := getattr(ViolationCount, name, None)) is not None:
        unlisted = select(func.coalesce(func.sum(column), 0)).where(
            ViolationCount.guild_id == guild_id, ViolationCount.timestamp_ms >= kept_from_ms
        )
        listed -= unlisted.scalar_subquery()
    days = select(listed).where(
        DayRollup.guild_id == guild_id, DayRollup.epoch_day >= kept_from_ms // DAY_MS
    )
    return _and_older(guild_id, days, *conditions)


def _and_older(
    guild_id: int, counted: Select[Any], *conditions: ColumnElement[bool]
) -> Select[Any]:
    """With what is still there from before the time that is kept: hardly ever anything."""
    older = select(func.count()).select_from(Violation)
    older = older.where(
        Violation.guild_id == guild_id,
        Violation.timestamp_ms < _kept_from_ms(guild_id),
        *conditions,
    )
    return select(counted.scalar_subquery() + older.scalar_subquery())


def _kept_from_ms(guild_id: int) -> ScalarSelect[int]:
    return select(Guild.kept_from_ms).where(Guild.guild_id == guild_id).scalar_subquery()
