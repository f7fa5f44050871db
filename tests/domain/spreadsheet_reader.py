"""Reads CSV as spreadsheets do, with a separator of the reader's choice, and finds its formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Read with another separator, a row that a number begins goes on with the quote of its next cell,
# which no formula has in that place.
_NUMBER = re.compile(r'[+-]?\d+([.,]\d+)?(,".*)?', re.DOTALL)


def cells(text: str, separator: str) -> Iterator[str]:
    """Quotes count only where a cell begins; what follows the closing one belongs to the cell."""
    at = 0
    while at <= len(text):
        cell = ""
        if text.startswith('"', at):
            quoted, at = _quoted(text, at + 1)
            cell += quoted
        end = at
        while end < len(text) and text[end] not in (separator, "\r", "\n"):
            end += 1
        yield cell + text[at:end]
        at = end + 1


def _quoted(text: str, at: int) -> tuple[str, int]:
    inside = ""
    while at < len(text):
        if text[at] != '"':
            inside += text[at]
        elif text.startswith('""', at):
            inside += '"'
            at += 1
        else:
            return inside, at + 1
        at += 1
    return inside, at


def is_formula(cell: str) -> bool:
    """Whether a program that strips all that does not show would take the cell for one."""
    shown = cell.lstrip("".join({char for char in cell if _does_not_show(char)}) + '"')
    sign = unicodedata.normalize("NFKC", shown[:1]).replace("\u2212", "-")
    return sign in ("=", "+", "-", "@") and not _NUMBER.fullmatch(shown)


def _does_not_show(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp")
