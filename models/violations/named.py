"""Which members of a guild have a text in their name, and how many violations these have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Select, or_, select
from sqlalchemy.sql import ColumnElement

from domain.folding import folded
from domain.severity import SEVERITIES
from models.rollups.offenders import OffenderTotal
from models.users.cache import CachedUser
from models.users.guild_names import GuildUserName

# A text that stands in more names is one of everybody's: whoever has most violations is meant.
MOST_MEMBERS = 32
# Names are read one by one, 2 µs each: those of the members with the most violations.
MOST_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class FoundMembers:
    """Members by their violations, the most first; `has_more`: others may be called so, too."""

    ids: tuple[int, ...]
    high: int
    medium: int
    low: int
    has_more: bool = False

    def count(self, severity: str | None = None) -> int:
        if severity is not None:
            return cast(int, getattr(self, severity))
        return self.high + self.medium + self.low


def find_members(connection: Connection, guild_id: int, text: str) -> FoundMembers:
    """Members with violations that the guild knows by a name with `text` in it."""
    members = _ranked(guild_id).limit(MOST_LOOKED_AT).subquery()
    query = select(*(members.c[name] for name in ("user_id", *SEVERITIES)))
    # In the order of an index: as soon as there are enough, nobody looks further.
    ranked = query.where(_is_named(guild_id, members.c.user_id, folded(text)))
    rows = connection.execute(ranked.limit(MOST_MEMBERS + 1)).all()
    shown = rows[:MOST_MEMBERS]
    ids, *counts = zip(*shown, strict=True) if shown else ((), (), (), ())
    high, medium, low = map(sum, counts)
    has_more = len(rows) > MOST_MEMBERS or _is_anybody_beyond(connection, guild_id)
    return FoundMembers(tuple(ids), high, medium, low, has_more=has_more)


def _ranked(guild_id: int) -> Select[Any]:
    total = OffenderTotal
    columns = (getattr(total, name) for name in SEVERITIES)
    query = select(total.user_id, *columns).where(total.guild_id == guild_id)
    return query.order_by(total.count.desc(), total.last_violation_ms.desc(), total.user_id)


def _is_anybody_beyond(connection: Connection, guild_id: int) -> bool:
    return connection.execute(_ranked(guild_id).offset(MOST_LOOKED_AT).limit(1)).first() is not None


def _is_named(guild_id: int, user_id: ColumnElement[int], text: str) -> ColumnElement[bool]:
    """By either name: what its own bot says, or what is said to everybody.

    Each is looked up for the member at hand. A join would let PostgreSQL read everybody's names.
    """
    local = GuildUserName
    everywhere = select(CachedUser.folded_name).where(CachedUser.user_id == user_id)
    here = select(local.folded_name).where(local.guild_id == guild_id, local.user_id == user_id)
    names = (name.scalar_subquery() for name in (everywhere, here))
    return or_(*(name.contains(text, autoescape=True) for name in names))
