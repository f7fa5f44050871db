"""What became another in a text: for logs and messages that must not hold whole texts twice."""

from __future__ import annotations

from typing import Any

# Texts up to here are shown whole.
WHOLE_CHARACTERS = 500
# What is shown of a longer one: the part that differs, up to here, with some of what is around it.
SHOWN_CHARACTERS = 800
AROUND_CHARACTERS = 40
ELLIPSIS = "…"


def text_change(before: str | None, after: str | None) -> dict[str, Any]:
    """`before` and `after`: the texts, or of long ones the parts that differ; then also how long
    each was in characters."""
    one, other = before or "", after or ""
    if max(len(one), len(other)) <= WHOLE_CHARACTERS:
        return {"before": before, "after": after}
    start = _common_start(one, other)
    same_end = min(_common_start(one[::-1], other[::-1]), min(len(one), len(other)) - start)
    return {
        "before": None if before is None else _part(one, start, len(one) - same_end),
        "after": None if after is None else _part(other, start, len(other) - same_end),
        "length_before": len(one),
        "length_after": len(other),
    }


def _common_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _part(text: str, start: int, end: int) -> str:
    first = max(start - AROUND_CHARACTERS, 0)
    last = min(end + AROUND_CHARACTERS, len(text), first + SHOWN_CHARACTERS)
    head = ELLIPSIS if first else ""
    return head + text[first:last] + (ELLIPSIS if last < len(text) else "")
