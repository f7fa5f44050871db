"""Takes known secrets out of what a provider says, in whatever form it repeats them.

Not by what secrets look like: each provider's are different, and an answer may hold a part of one.
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote, unquote

HIDDEN = "***"
PIECE = 6  # as many characters of a secret in a row are one too many


def redacted(text: str, secrets: Iterable[str], names: Iterable[str] = ()) -> str:
    """`text` without PIECE characters in a row of any secret, and without the whole `names`."""
    known = [secret for secret in secrets if secret]
    for whole in (*filter(None, names), *(secret for secret in known if len(secret) < PIECE)):
        text = re.sub(re.escape(whole), HIDDEN, text, flags=re.IGNORECASE)
    forms = {form.lower() for secret in known for form in _forms(secret)}
    return _without_pieces(text, {piece for form in forms for piece in _pieces(form)})


def _without_pieces(text: str, pieces: set[str]) -> str:
    small = text.lower()
    if len(small) != len(text):  # a letter whose small form is two: places would not agree
        text = small
    hidden = bytearray(len(text))
    for start in range(len(text) - PIECE + 1):
        if small[start : start + PIECE] in pieces:
            hidden[start : start + PIECE] = b"\1" * PIECE
    return "".join(_parts(text, hidden))


def _parts(text: str, hidden: bytearray) -> Iterator[str]:
    for place, character in enumerate(text):
        if not hidden[place]:
            yield character
        elif place == 0 or not hidden[place - 1]:
            yield HIDDEN


def _pieces(form: str) -> Iterator[str]:
    for start in range(len(form) - PIECE + 1):
        yield form[start : start + PIECE]


def _forms(secret: str) -> Iterator[str]:
    """The secret as addresses, JSON, HTML and base64 write it."""
    for plain in {secret, unquote(secret)}:
        yield plain
        yield quote(plain, safe="")
        yield quote(plain)
        yield plain.replace("/", "\\/")
        yield escape(plain)
        for skipped in range(3):  # base64 of a longer text that holds it
            inner = plain.encode()[skipped:]
            inner = inner[: len(inner) // 3 * 3]
            yield b64encode(inner).decode()
            yield urlsafe_b64encode(inner).decode()
