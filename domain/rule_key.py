"""The short name of a rule in addresses: its name may be 1,000 characters long."""

from __future__ import annotations

import re

_KEY = re.compile("[0-9a-f]{16}")


def rule_key(rule_hash: int) -> str:
    """The 64 bits of a rule's hash, which is signed, as 16 hexadecimal digits."""
    return rule_hash.to_bytes(8, "big", signed=True).hex()


def parse_rule_key(text: str) -> int:
    """The hash that a key stands for. Raises ValueError."""
    if not _KEY.fullmatch(text):
        raise ValueError("must be 16 digits, of 0 to 9 and a to f")
    return int.from_bytes(bytes.fromhex(text), "big", signed=True)
