"""Which of a guild's wordings say a text, and how many violations these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Select, Text, bindparam, column, exists, func, select, table
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from domain.folding import folded
from domain.severity import SEVERITIES
from models.events.tables import Violation
from models.rollups.texts import ViolationText
from models.violations.text_index import NOT_INDEXED, has_text_index

# So many wordings are named in a statement; beyond that violations are compared themselves.
MOST_NAMED = 5_000
TRIGRAM = 3
_TRIGRAMS = table("violation_text_trigrams", column("rowid"), column("violation_text_trigrams"))


@dataclass(frozen=True, slots=True)
class FoundTexts:
    """The wordings that say it (None when there are too many to name), and their violations."""

    hashes: tuple[int, ...] | None
    high: int
    medium: int
    low: int

    def count(self, severity: str | None = None) -> int:
        if severity is not None:
            return cast(int, getattr(self, severity))
        return self.high + self.medium + self.low


def mentions(text: str) -> ColumnElement[bool]:
    """Of a wording: the text stands in the reason or the rule, as searches compare."""
    return ViolationText.folded.contains(folded(text), autoescape=True)


def says(text: str) -> ColumnElement[bool]:
    """The same of a violation, by its wording."""
    wording = ViolationText.guild_id == Violation.guild_id
    wording &= ViolationText.text_hash == Violation.text_hash
    return exists().where(wording, mentions(text))


def find_texts(connection: Connection, guild_id: int, text: str) -> FoundTexts:
    """The wordings of a guild that mention `text`."""
    found: list[Sequence[int]] = []
    for query in _queries(connection, guild_id, text):
        rest = MOST_NAMED + 1 - len(found)
        found += [tuple(row) for row in connection.execute(query.limit(rest))]
    if len(found) <= MOST_NAMED:
        hashes, *counts = zip(*found, strict=True) if found else ((), (), (), ())
        return FoundTexts(tuple(hashes), *map(sum, counts))
    sums = [0, 0, 0]
    for query in _queries(connection, guild_id, text):
        rows = query.subquery()
        added = select(*(func.coalesce(func.sum(rows.c[name]), 0) for name in SEVERITIES))
        more = connection.execute(added).one()
        sums = [one + int(other) for one, other in zip(sums, more, strict=True)]
    return FoundTexts(None, *sums)


def _queries(connection: Connection, guild_id: int, text: str) -> list[Select[Any]]:
    """(hash, high, medium, low) of wordings outside the index, and of those in it."""
    columns = [getattr(ViolationText, name) for name in ("text_hash", *SEVERITIES)]
    query = select(*columns).where(ViolationText.guild_id == guild_id, mentions(text))
    inside = query.where(ViolationText.is_indexed.is_(True))
    plain = folded(text)
    if connection.dialect.name == "sqlite" and len(plain) >= TRIGRAM and has_text_index(connection):
        inside = inside.where(ViolationText.text_hash.in_(_candidates(plain)))
    return [query.where(_outside(connection, guild_id)), inside]


def _outside(connection: Connection, guild_id: int) -> ColumnElement[bool]:
    if connection.dialect.name != "sqlite":
        return NOT_INDEXED
    # Asked for as it is, SQLite would go through all of the guild's, in the order they lie in.
    few = aliased(ViolationText)
    mine = select(few.text_hash).where(few.guild_id == guild_id, few.is_indexed.is_(False))
    return ViolationText.text_hash.in_(mine)


def _candidates(text: str) -> Select[Any]:
    """Wordings that have every trigram of the text somewhere. FTS5 folds the case of both alike."""
    trigrams = {text[at : at + TRIGRAM] for at in range(len(text) - TRIGRAM + 1)}
    quoted = (f'"{one.replace(chr(34), 2 * chr(34))}"' for one in sorted(trigrams))
    wanted = bindparam(None, " ".join(quoted), Text)
    return select(_TRIGRAMS.c.rowid).where(_TRIGRAMS.c.violation_text_trigrams.op("MATCH")(wanted))
