"""How much a page of a list may be: at most 1 MB of JSON, whatever people and bots wrote in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import orjson

# Less than a megabyte by what stands around the rows.
PAGE_BYTES = 990_000
Row = TypeVar("Row")


def that_fit(rows: Iterable[Row], most_bytes: int = PAGE_BYTES) -> list[Row]:
    """The first of these dataclasses that fit as JSON; one at least, so that a reader comes on.

    Bytes are counted as JSON writes them: of a control character that is six.
    """
    kept: list[Row] = []
    for row in rows:
        most_bytes -= len(orjson.dumps(row)) + 1
        if kept and most_bytes < 0:
            break
        kept.append(row)
    return kept
