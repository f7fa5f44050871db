"""How a setting is shown to those who may not read it."""

from __future__ import annotations

MASK = "********"
SHOWN_CHARACTERS = 4
LONG_ENOUGH = 12  # a shorter secret shows nothing of itself


def masked(value: str | list[str]) -> str | list[str]:
    """`********abcd`; of a mail address its first letter and its domain."""
    if isinstance(value, list):
        return [masked_address(address) for address in value]
    return MASK + (value[-SHOWN_CHARACTERS:] if len(value) >= LONG_ENOUGH else "")


def masked_address(address: str) -> str:
    """`m********@example.org`"""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{MASK}@{domain}"


def is_mask_of(value: object, secret: str | list[str]) -> bool:
    """Whether `value` is what was shown for `secret`, so that nothing is meant to change."""
    if isinstance(value, str):
        return value.startswith(MASK)
    return value == masked(secret) and value != secret
