"""The server's rules for a field, so that an event it would refuse is an error at the call."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

Check = Callable[[Any], Any]
HIGHEST_SNOWFLAKE = 2**63 - 1
HIGHEST_RESPONSE_TIME_MS = 3_600_000
# PostgreSQL takes no NUL, and UTF-8 no half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def snowflake(value: object) -> str:
    """A Discord id, given as a number or as its digits; a string of digits from here on."""
    digits = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    plain = isinstance(digits, str) and digits.isascii() and digits.isdigit() and len(digits) < 20
    if not plain or not 0 < int(str(digits)) <= HIGHEST_SNOWFLAKE:
        raise ValueError("must be a Discord id")
    return str(digits)


def text(lowest: int, highest: int) -> Check:
    """Text of so many characters that a database can hold."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("must be text")
        if not lowest <= len(value) <= highest:
            raise ValueError(f"must have {lowest} to {highest} characters")
        if _UNSTORABLE.search(value):
            raise ValueError("must not contain NUL or half of a surrogate pair")
        return value

    return check


def whole(lowest: int, highest: int) -> Check:
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return value

    return check


def one_of(choices: Any) -> Check:
    """One of the values of a Literal."""
    values = get_args(choices)

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in values:
            raise ValueError(f"must be one of {', '.join(values)}")
        return value

    return check


def instance(kind: type) -> Check:
    def check(value: object) -> Any:
        if not isinstance(value, kind):
            raise ValueError(f"must be a {kind.__name__}")
        return value

    return check


def or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be True or False")
    return value


def uuid(value: object) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise ValueError("must be a UUID") from None


def moment(value: object) -> datetime:
    """A time with its zone: a naive one would silently be taken for another zone's."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be a datetime with a timezone")
    return value.astimezone(UTC)


def clean(said: str, highest: int | None = None) -> str:
    """Foreign text made fit to be sent: unstorable characters replaced, cut to `highest`."""
    said = said if highest is None else said[:highest]
    return _UNSTORABLE.sub("\ufffd", said)
