"""Who was introduced to Modwatch already, and how they looked."""

from __future__ import annotations

from collections import OrderedDict

import discord

from modwatch_client import UserEvent, clean

MOST_KNOWN = 10_000


class KnownUsers:
    def __init__(self) -> None:
        self._looks: OrderedDict[tuple[int, int], tuple[str, str | None]] = OrderedDict()

    def introduction(self, guild_id: int, user: discord.User | discord.Member) -> UserEvent | None:
        """What to say of a user; None if that was said before."""
        name, avatar = _looks(user)
        if not name or self._looks.get((guild_id, user.id)) == (name, avatar):
            return None
        return UserEvent(guild_id=guild_id, user_id=user.id, username=name, avatar=avatar)

    def remember(self, guild_id: int, user: discord.User | discord.Member) -> None:
        """It was said."""
        self._looks[guild_id, user.id] = _looks(user)
        self._looks.move_to_end((guild_id, user.id))
        if len(self._looks) > MOST_KNOWN:
            self._looks.popitem(last=False)


def _looks(user: discord.User | discord.Member) -> tuple[str, str | None]:
    return clean(user.name, 100), None if user.avatar is None else user.avatar.key
