"""The list of violations, one of them with the member's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from adapters.database import Database
from domain.cursor import read_cursor, write_cursor
from models.text_search import find_texts
from models.violation_list import (
    Position,
    ViolationFilter,
    ViolationItem,
    find_violation,
    list_violations,
)
from models.violation_total import count_violations
from services.user_names import shown_users
from services.violation_json import people_in, violation_json, violations_json

HISTORY = 20


@dataclass(frozen=True, slots=True)
class PageWanted:
    """By `cursor` (any depth costs the same), or by `page` as older clients ask."""

    limit: int = 50
    cursor: str | None = None
    page: int | None = None


def violations_page(
    database: Database, guild_id: int, wanted: ViolationFilter, page: PageWanted
) -> dict[str, Any]:
    """One page, newest first. ValueError for a cursor that is none."""
    after = _position(page.cursor) if page.cursor else None
    offset = 0 if page.page is None or after else (page.page - 1) * page.limit
    with database.read() as connection:
        found = None
        if wanted.text is not None:
            found = find_texts(connection, guild_id, wanted.text)
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
        users = shown_users(connection, people_in(shown))
    return {
        "violations": violations_json(shown, users),
        "total": total,
        "page": page.page or 1,
        "per_page": page.limit,
        "next_cursor": _cursor(shown[-1]) if len(items) > page.limit else None,
    }


def violation_detail(database: Database, guild_id: int, id: UUID) -> dict[str, Any] | None:
    """A violation with the member's last ones; None when there is none of this id."""
    with database.read() as connection:
        item = find_violation(connection, guild_id, id)
        if item is None:
            return None
        wanted = ViolationFilter(user_id=item.row.user_id)
        history = list_violations(connection, guild_id, wanted, HISTORY)
        users = shown_users(connection, people_in([item, *history]))
    return violation_json(item, users) | {"history": violations_json(history, users)}


def _cursor(item: ViolationItem) -> str:
    return write_cursor(item.row.timestamp_ms, item.row.id.hex)


def _position(cursor: str) -> Position:
    timestamp_ms, id = read_cursor(cursor, int, str)
    try:
        return Position(int(timestamp_ms), UUID(hex=str(id)))
    except ValueError:
        raise ValueError("is not a cursor of this list") from None
