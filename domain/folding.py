"""How texts are compared in searches: the same in Python and in every database.

Databases fold case in ways of their own (SQLite that of ASCII alone), so texts are folded here and
stored beside what was said.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import normalize

# Stands between two texts that are stored as one; a folded text has none of its own.
BETWEEN = "\x1f"


def folded(text: str) -> str:
    """`text` without differences of case, width, ligatures or composition (NFKC, full casefold)."""
    plain = normalize("NFKC", normalize("NFKC", text).casefold())
    return plain.replace(BETWEEN, " ")


@lru_cache(maxsize=10_000)
def folded_together(rule: str | None, reason: str) -> str:
    """What a search looks at: a folded text stands in it if it stands in one of the two."""
    return f"{folded(rule or '')}{BETWEEN}{folded(reason)}"
