"""Taking a person's reasons out of violations, and out of the wordings that searches look at.

A reason may quote the person. Without a rule it is what the counts per rule go by, and stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from models.key_list import is_one_of
from models.rollup_store import add_texts
from models.text_search import SEVERITIES
from models.violation import Violation
from models.violation_text import ViolationText, text_hash

ERASED = "(erased)"


def erase_reasons(connection: Connection, guild_id: int, user_id: int) -> None:
    """The guild's row must be locked."""
    quoting = (
        Violation.guild_id == guild_id,
        Violation.user_id == user_id,
        Violation.rule.is_not(None),
        Violation.reason != ERASED,
    )
    said = (Violation.text_hash, Violation.rule, Violation.reason, Violation.severity)
    query = select(*said, func.count().label("hits")).where(*quoting).group_by(*said)
    rows = connection.execute(query).all()
    for rule in {row.rule for row in rows}:
        erased = {"reason": ERASED, "text_hash": text_hash(guild_id, rule, ERASED)}
        change = update(Violation).where(*quoting, Violation.rule == rule)
        connection.execute(change.values(erased))
    if rows:
        _move(connection, guild_id, rows)


def _move(connection: Connection, guild_id: int, rows: Sequence[Row[*tuple[Any, ...]]]) -> None:
    """Count the violations under what they say now; a wording that nobody is left with goes."""
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    texts: dict[tuple[int, int], tuple[str | None, str]] = {}
    for row in rows:
        before = guild_id, row.text_hash
        after = guild_id, text_hash(guild_id, row.rule, ERASED)
        texts |= {before: (row.rule, row.reason), after: (row.rule, ERASED)}
        place = SEVERITIES.index(row.severity)
        counts[before][place] -= row.hits
        counts[after][place] += row.hits
    add_texts(connection, counts, texts)
    nobody = (getattr(ViolationText, name) == 0 for name in SEVERITIES)
    hashes = [hash for _, hash in texts]
    connection.execute(
        delete(ViolationText).where(
            ViolationText.guild_id == guild_id,
            is_one_of(connection, ViolationText.text_hash, hashes),
            *nobody,
        )
    )
