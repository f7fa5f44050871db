"""Taking a person's reasons out of violations, and out of the wordings that searches look at.

A reason may quote the person. Without a rule it is what the counts per rule go by, and stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from domain.rollup_deltas import ViolationRow
from domain.severity import SEVERITIES
from models.rollups.store import add_texts
from models.rollups.texts import drop_unsaid_texts, text_hash

ERASED = "(erased)"


def without_reason(row: ViolationRow) -> ViolationRow:
    if row.rule is None:
        return row
    return row._replace(reason=ERASED, text_hash=text_hash(row.guild_id, row.rule, ERASED))


def count_reasons(
    connection: Connection, before: Sequence[ViolationRow], after: Sequence[ViolationRow]
) -> None:
    """Count violations of one guild, which must be locked, under what they say now; a wording that
    nobody is left with goes."""
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    texts: dict[tuple[int, int], tuple[str | None, str]] = {}
    for rows, sign in ((before, -1), (after, 1)):
        for row in rows:
            key = row.guild_id, row.text_hash
            texts[key] = row.rule, row.reason
            counts[key][SEVERITIES.index(row.severity)] += sign
    changed = {key: sums for key, sums in counts.items() if any(sums)}
    if not changed:
        return
    add_texts(connection, changed, texts)
    drop_unsaid_texts(connection, before[0].guild_id, [hash for _, hash in changed])
