"""Reading members' warnings: the highest level first, then by id."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, String, and_, cast, func, or_, select

from models.member import UserWarning
from models.offender import OffenderTotal
from models.user_cache import CachedUser


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


def count_warnings(
    connection: Connection, guild_id: int, search: str | None, level: int | None
) -> int:
    query = select(func.count()).select_from(UserWarning)
    if search:
        query = query.outerjoin(CachedUser, CachedUser.user_id == UserWarning.user_id)
    return connection.scalar(query.where(*_conditions(guild_id, search, level))) or 0


def _joined() -> Any:
    return (
        select(
            UserWarning.user_id,
            UserWarning.level,
            UserWarning.kicked_before,
            UserWarning.last_violation_ms,
            OffenderTotal.last_violation_ms.label("counted_ms"),
        )
        .outerjoin(
            OffenderTotal,
            and_(
                OffenderTotal.guild_id == UserWarning.guild_id,
                OffenderTotal.user_id == UserWarning.user_id,
            ),
        )
        .outerjoin(CachedUser, CachedUser.user_id == UserWarning.user_id)
    )


def _item(row: Any) -> WarningItem:
    times = [time for time in (row.last_violation_ms, row.counted_ms) if time is not None]
    return WarningItem(row.user_id, row.level, row.kicked_before, max(times, default=None))


def _conditions(guild_id: int, search: str | None, level: int | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [UserWarning.guild_id == guild_id]
    if level is not None:
        conditions.append(UserWarning.level == level)
    if search:
        by_id = cast(UserWarning.user_id, String).contains(search, autoescape=True)
        by_name = CachedUser.username.icontains(search, autoescape=True)
        conditions.append(or_(by_id, by_name))
    return conditions
