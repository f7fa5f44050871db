"""Tables as answers of commands, on stdout."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

_WIDER_THAN_ANY_LINE = 10_000


def print_table(table: Table) -> None:
    """On a terminal it fits the window; in a pipe or a file every row is one whole line."""
    width = None if sys.stdout.isatty() else _WIDER_THAN_ANY_LINE
    # What people named things is text: neither markup nor what terminals obey.
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)


def plain(text: str) -> str:
    """`text` with a mark in the place of line breaks and control characters."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
