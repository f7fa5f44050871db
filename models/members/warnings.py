"""Reading members' warnings: the highest level first, then by id."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, func, or_, select

from domain.folding import folded
from models.members.tables import UserWarning
from models.rollups.offenders import OffenderTotal
from models.users.cache import CachedUser
from models.users.guild_names import GuildUserName


class WarningItem(NamedTuple):
    """`last_violation_ms` is the latest known, from the counts or as the bot's history said."""

    user_id: int
    level: int
    kicked_before: bool
    last_violation_ms: int | None


def list_warnings(
    connection: Connection,
    guild_id: int,
    *,
    limit: int,
    search: str | None = None,
    level: int | None = None,
    after: tuple[int, int] | None = None,
) -> list[WarningItem]:
    """At most `limit` members; those up to `after` (level, user id) left out."""
    query = _joined().where(*_conditions(guild_id, search, level))
    if after is not None:
        of_level, user_id = after
        same_level = and_(UserWarning.level == of_level, UserWarning.user_id > user_id)
        query = query.where(or_(UserWarning.level < of_level, same_level))
    query = query.order_by(UserWarning.level.desc(), UserWarning.user_id).limit(limit)
    return [_item(row) for row in connection.execute(query)]


def find_warning(connection: Connection, guild_id: int, user_id: int) -> WarningItem | None:
    query = _joined().where(UserWarning.guild_id == guild_id, UserWarning.user_id == user_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _item(row)


def last_violation_ms(counted_ms: Any) -> ColumnElement[int | None]:
    """The later of the member's last counted violation and what the earlier bot's history said."""
    told_ms = UserWarning.last_violation_ms
    return case(
        (counted_ms.is_(None), told_ms),
        (told_ms.is_(None), counted_ms),
        (counted_ms > told_ms, counted_ms),
        else_=told_ms,
    )


def count_warnings(
    connection: Connection, guild_id: int, search: str | None, level: int | None
) -> int:
    query = select(func.count()).select_from(UserWarning)
    if search:
        query = _with_names(query)
    return connection.scalar(query.where(*_conditions(guild_id, search, level))) or 0


def _joined() -> Any:
    return _with_names(
        select(
            UserWarning.user_id,
            UserWarning.level,
            UserWarning.kicked_before,
            last_violation_ms(OffenderTotal.last_violation_ms).label("last_ms"),
        ).outerjoin(
            OffenderTotal,
            and_(
                OffenderTotal.guild_id == UserWarning.guild_id,
                OffenderTotal.user_id == UserWarning.user_id,
            ),
        )
    )


def _with_names(query: Any) -> Any:
    """Joined with both names a member may be shown by."""
    local = GuildUserName
    mine = and_(local.guild_id == UserWarning.guild_id, local.user_id == UserWarning.user_id)
    query = query.outerjoin(CachedUser, CachedUser.user_id == UserWarning.user_id)
    return query.outerjoin(local, mine)


def _item(row: Any) -> WarningItem:
    return WarningItem(row.user_id, row.level, row.kicked_before, row.last_ms)


def _conditions(guild_id: int, search: str | None, level: int | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [UserWarning.guild_id == guild_id]
    if level is not None:
        conditions.append(UserWarning.level == level)
    if search:
        by_id = cast(UserWarning.user_id, String).contains(search, autoescape=True)
        names = (CachedUser.folded_name, GuildUserName.folded_name)
        by_name = (name.contains(folded(search), autoescape=True) for name in names)
        conditions.append(or_(by_id, *by_name))
    return conditions
