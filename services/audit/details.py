"""What an audit entry tells beside who did what: JSON of ours, or the words of an earlier bot."""

from __future__ import annotations

from typing import Any

import orjson

# What is nested deeper stays text: the library reads 1,024 levels and writes 254, those of the
# answer among them, and nobody reads more of such an entry than its words.
MOST_LEVELS = 100
# Programs that have but one kind of number lose the digits of larger ones, as those of ids.
MOST_EXACT = 2**53


class _TooDeepError(Exception):
    pass


def details_of(text: str) -> Any:
    """As the API shows them: our own entries are JSON, imported ones are whatever is in them."""
    try:
        return _shown(orjson.loads(text), MOST_LEVELS)
    except (orjson.JSONDecodeError, _TooDeepError):
        return text


def _shown(value: Any, levels: int) -> Any:
    if isinstance(value, dict | list) and not levels:
        raise _TooDeepError
    if isinstance(value, dict):
        return {name: _shown(one, levels - 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, levels - 1) for one in value]
    if isinstance(value, int) and abs(value) > MOST_EXACT:
        return str(value)
    return value
