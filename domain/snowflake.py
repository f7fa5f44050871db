"""Discord ids (snowflakes): integers inside, strings of digits in JSON."""

from __future__ import annotations

HIGHEST_SNOWFLAKE = 2**63 - 1


def parse_snowflake(value: object) -> int:
    """A Discord id from its JSON string. ValueError otherwise, in words for the sender."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20
    number = int(str(value)) if digits else 0
    if 0 < number <= HIGHEST_SNOWFLAKE:
        return number
    raise ValueError("must be a Discord id: a string of digits, at most 9223372036854775807")


def text_or_none(id: int | None) -> str | None:
    return None if id is None else str(id)
