"""The list of violations, one of them with the member's history."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from adapters.database import Database
from domain.cursor import read_place, write_cursor
from domain.page_bytes import that_fit
from models.guilds.channel_names import channel_names
from models.violations.found import find
from models.violations.list import (
    Position,
    ViolationFilter,
    ViolationItem,
    find_violation,
    list_violations,
)
from models.violations.total import count_violations
from services.users.names import shown_users
from services.violations.shape import (
    ShownViolation,
    channels_in,
    people_in,
    shown_violation,
    shown_violations,
)

HISTORY = 20


@dataclass(frozen=True, slots=True)
class PageWanted:
    """By `cursor` (any depth costs the same), or by `page` as older clients ask."""

    limit: int = 50
    cursor: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationsPage:
    violations: list[ShownViolation]
    total: int
    page: int
    per_page: int
    next_cursor: str | None
    members_left_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationDetail(ShownViolation):
    """With the member's last violations."""

    history: list[ShownViolation]


def violations_page(
    database: Database, guild_id: int, wanted: ViolationFilter, page: PageWanted
) -> ViolationsPage:
    """One page, newest first. ValueError for a cursor that is none.

    By cursor it has fewer than wanted where they are longer than a page may be.
    """
    after = Position(*read_place(page.cursor)) if page.cursor else None
    offset = 0 if page.page is None or after else (page.page - 1) * page.limit
    with database.read() as connection:
        found = None
        if wanted.text is not None:
            found = find(connection, guild_id, wanted.text)
        total = count_violations(connection, guild_id, wanted, found)
        items = []
        if total > offset:
            items = list_violations(
                connection,
                guild_id,
                wanted,
                page.limit + 1,
                after=after,
                offset=offset,
                found=found,
            )
        shown = items[: page.limit]
        users = shown_users(connection, people_in(shown), guild_id)
        channels = channel_names(connection, guild_id, channels_in(shown))
    violations = shown_violations(shown, users, channels)
    if page.page is None:  # the next page by number would begin behind what is left out
        violations = that_fit(violations)
    more = len(items) > len(violations)
    return ViolationsPage(
        violations=violations,
        total=total,
        page=page.page or 1,
        per_page=page.limit,
        next_cursor=_cursor(shown[len(violations) - 1]) if more else None,
        members_left_out=found is not None and found.members.has_more,
    )


def violation_detail(database: Database, guild_id: int, id: UUID) -> ViolationDetail | None:
    """A violation with the member's last ones; None when there is none of this id."""
    with database.read() as connection:
        item = find_violation(connection, guild_id, id)
        if item is None:
            return None
        wanted = ViolationFilter(user_id=item.row.user_id)
        history = list_violations(connection, guild_id, wanted, HISTORY)
        every = [item, *history]
        users = shown_users(connection, people_in(every), guild_id)
        channels = channel_names(connection, guild_id, channels_in(every))
    shown = shown_violation(item, users, channels)
    itself = {field.name: getattr(shown, field.name) for field in fields(shown)}
    return ViolationDetail(**itself, history=shown_violations(history, users, channels))


def _cursor(item: ViolationItem) -> str:
    return write_cursor(item.row.timestamp_ms, item.row.id.hex)
