"""Text as others write it: one way in for requests and files.

A byte order mark, which editors and PowerShell put in front, is taken off wherever a text begins,
also in the midst of files that were put together. UTF-16 is refused by name. Half of a surrogate
pair (text cut inside an emoji) becomes NUL, which its event is rejected for: JSON has such escapes,
msgspec refuses them, and a whole body would be lost for one of them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

# Called between two steps of a long work, so that other requests can go on.
Pause = Callable[[], None]

# No text of an event is as long, so one that is cut within is refused anyway.
_PIECE_BYTES = 64 * 1024
# Escapes of characters, pairs of them first: what is left of D800 to DFFF is half of one.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class ForeignTextError(ValueError):
    """The text is in an encoding that is not taken."""


def no_pause() -> None:
    """Where nobody else waits."""


def without_mark(text: bytes) -> bytes:
    """The text without a byte order mark. ForeignTextError for that of another encoding."""
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ForeignTextError("it is UTF-16: send UTF-8")
    return text.removeprefix(codecs.BOM_UTF8)


def lines_of(text: bytes) -> list[bytes]:
    """The lines that are not blank, however they end."""
    lines = (line.removeprefix(codecs.BOM_UTF8) for line in text.splitlines())
    return [line for line in lines if line.strip()]


def without_halves(text: bytes, pause: Pause = no_pause) -> bytes:
    """JSON with NUL for every half of a pair."""
    if b"\\ud" not in text and b"\\uD" not in text:
        return text
    mended = []
    for piece in _pieces(text):
        mended.append(_ESCAPES.sub(_nul_for_half, piece))
        pause()
    return b"".join(mended)


def _nul_for_half(found: re.Match[bytes]) -> bytes:
    return b"\\u0000" if found[1] else found[0]


def _pieces(text: bytes) -> list[bytes]:
    """Cut before quotes: no escape that matters goes across one."""
    pieces, start = [], 0
    while start < len(text):
        furthest = start + 2 * _PIECE_BYTES
        end = text.find(b'"', start + _PIECE_BYTES, furthest)
        end = furthest if end < 0 else end
        pieces.append(text[start:end])
        start = end
    return pieces
