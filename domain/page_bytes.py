"""How much a page of a list may be: at most 1 MB of JSON, whatever people and bots wrote in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec
import orjson

# Less than a megabyte by what stands around the rows.
PAGE_BYTES = 990_000
Row = TypeVar("Row")
Shown = TypeVar("Shown")


def that_fit(rows: Iterable[Row], most_bytes: int | None = None) -> list[Row]:
    """The first of these dataclasses or structs that fit as JSON; one at least, to come on.

    Bytes are counted as JSON writes them: of a control character that is six.
    """
    left_bytes = PAGE_BYTES if most_bytes is None else most_bytes
    kept: list[Row] = []
    for row in rows:
        left_bytes -= len(orjson.dumps(row, default=msgspec.to_builtins)) + 1
        if kept and left_bytes < 0:
            break
        kept.append(row)
    return kept


def page_of(shown: Iterable[Shown], rows: Sequence[Row]) -> tuple[list[Shown], Row | None]:
    """Those of a page that fit, and the row behind which the next one begins; None at the end.

    `rows` are those that were read, one more than are shown where there are more. What is shown
    may be made one by one: what does not fit is not asked for.
    """
    kept = that_fit(shown)
    return kept, rows[len(kept) - 1] if len(rows) > len(kept) else None
