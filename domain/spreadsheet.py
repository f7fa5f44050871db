"""Cells that a spreadsheet would run as a formula, defused (OWASP, "CSV injection")."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet might take it for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS) else cell
