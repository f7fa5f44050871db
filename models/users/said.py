"""What is said of a user, as it is stored, and which of two sayings is the later one."""

from __future__ import annotations

from typing import Any

from domain.folding import folded

# user_id, username, discriminator, avatar, cached_ms
UserRow = tuple[int, str | None, str | None, str | None, int]
_COMPARED = ("username", "discriminator", "avatar")
# After the user's id: the rest of a UserRow, and the name as searches compare it.
STORED_FIELDS = (*_COMPARED, "cached_ms", "folded_name")


def stored(row: UserRow) -> tuple[Any, ...]:
    return *row, None if row[1] is None else folded(row[1])


def said_last(row: UserRow) -> tuple[int, str, str, str]:
    """The order of sayings: by time, and of two at the same time by what they say."""
    _, username, discriminator, avatar, cached_ms = row
    return cached_ms, username or "", discriminator or "", avatar or ""


def take_later(table: str) -> str:
    """In SQL: what follows DO UPDATE SET, so that the later saying stays."""
    taken = ", ".join(f"{name} = excluded.{name}" for name in STORED_FIELDS)
    return f"{taken} WHERE {_said('excluded')} > {_said(table)}"


def _said(row: str) -> str:
    """What `said_last` compares; BINARY because Python orders text so, too."""
    texts = (f"COALESCE({row}.{name}, '') COLLATE BINARY" for name in _COMPARED)
    return f"({row}.cached_ms, {', '.join(texts)})"
