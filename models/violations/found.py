"""What a search has found: wordings that say the text, and members who are called so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, or_
from sqlalchemy.sql import ColumnElement

from models.events.tables import Violation
from models.sql.key_list import is_one_of
from models.violations.named import FoundMembers, find_members
from models.violations.search import FoundTexts, find_texts, says
from models.violations.streams import is_gathered


@dataclass(frozen=True, slots=True)
class Found:
    """A violation is found by its wording, by its member's name, or by both."""

    texts: FoundTexts
    members: FoundMembers

    def is_empty(self, severity: str | None = None) -> bool:
        return not self.texts.count(severity) and not self.members.count(severity)


def find(connection: Connection, guild_id: int, text: str) -> Found:
    return Found(find_texts(connection, guild_id, text), find_members(connection, guild_id, text))


def said(connection: Connection, text: str, found: Found) -> ColumnElement[bool]:
    """By their wordings where few violations match: these are read all, and none beside them."""
    if is_gathered(found.texts):
        return is_one_of(connection, Violation.text_hash, list(found.texts.hashes or ()))
    return says(text)


def said_or_named(connection: Connection, text: str, found: Found) -> ColumnElement[bool]:
    if not found.members.ids:
        return said(connection, text, found)
    named = is_one_of(connection, Violation.user_id, list(found.members.ids))
    return or_(said(connection, text, found), named)
