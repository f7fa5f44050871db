"""What somebody named, within a line of ours. On the page: dashboard/src/ui/foreign-text.js."""

from __future__ import annotations

import re
from unicodedata import bidirectional

_JOINER = "\u200d"  # holds the parts of an emoji together
# Letters that Unicode prints as nothing: fillers of Hangul, and Braille without a dot.
_UNSEEN = re.compile(
    "[\\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]*"
)
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_NAMED = 3  # so many characters are named where none can be seen


def one_line(text: str) -> str:
    """Without line ends, controls, and marks that turn the writing around; spaces for each."""
    seen = (letter if letter.isprintable() or letter == _JOINER else " " for letter in text)
    return " ".join("".join(seen).split())


def isolated(text: str) -> str:
    """`one_line`, which is never invisible and turns nothing that stands around it.

    Source: Unicode Standard Annex 9, "Explicit Directional Isolates". Text that runs from left to
    right is as it was.
    """
    line = one_line(text)
    if _UNSEEN.fullmatch(line.replace(_JOINER, "")):
        return _code_points(text)
    if _RIGHT_TO_LEFT.isdisjoint(map(bidirectional, line)):
        return line
    return f"{_FIRST_STRONG_ISOLATE}{line}{_POP_ISOLATE}"


def _code_points(text: str) -> str:
    """`(U+200B)`, `(empty)`."""
    named = " ".join(f"U+{ord(letter):04X}" for letter in text[:_NAMED])
    return f"({named or 'empty'}{' …' if len(text) > _NAMED else ''})"
