"""Opaque places in a list: what a client sends back to get what comes after."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

_WRONG = "is not a cursor of this list"


def write_cursor(*parts: int | str) -> str:
    """Text for an address, without padding."""
    return urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(text: str, *kinds: type) -> list[int | str]:
    """The parts again, checked against `kinds`; ValueError for what `write_cursor` never wrote."""
    try:
        parts = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        raise ValueError(_WRONG) from None
    shaped = isinstance(parts, list) and [type(part) for part in parts] == list(kinds)
    if not shaped or any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
        raise ValueError(_WRONG)
    return list(parts)


def read_place(text: str) -> tuple[int, UUID]:
    """(time in ms, id) of the last one of a page, written so. ValueError as above."""
    ms, id = read_cursor(text, int, str)
    try:
        return int(ms), UUID(str(id))
    except ValueError:
        raise ValueError(_WRONG) from None
