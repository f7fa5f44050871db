"""Whose guilds an installation is for: hosting strangers is the operator's decision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostingRule:
    """`is_open`: for whoever owns a guild at Discord. `guild_ids`: for these alone, if given.

    With neither: for guilds that the operator brought here.
    """

    is_open: bool = False
    guild_ids: frozenset[int] | None = None


def parse_hosting(text: str) -> HostingRule:
    """`open`, `invited`, or ids with commas between. ValueError for anything else."""
    if text in ("open", "invited"):
        return HostingRule(is_open=text == "open")
    names = [name.strip() for name in text.split(",")]
    if not all(name.isascii() and name.isdigit() and 0 < int(name) < 2**63 for name in names):
        raise ValueError("must be open, invited, or ids of servers with commas between")
    return HostingRule(guild_ids=frozenset(map(int, names)))
