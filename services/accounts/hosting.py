"""Which guilds people have their roles in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from domain.hosting import HostingRule
from models.guilds.guild import known_guilds


def hosted(connection: Connection, rule: HostingRule, guild_ids: Collection[int]) -> set[int]:
    """Those of `guild_ids` that are hosted here.

    The operator brings a guild by an invitation, by a token of the operator's that sends an event
    of it, by an import, as a guild of the demo: all of these make its row in `guilds`. Nothing else
    can without a role in the guild, which needs that row.
    """
    if rule.is_open:
        return set(guild_ids)
    if rule.guild_ids is not None:
        return set(rule.guild_ids.intersection(guild_ids))
    return known_guilds(connection, sorted(guild_ids)) if guild_ids else set()
