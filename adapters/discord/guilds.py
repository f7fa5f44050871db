"""Asking Discord for the roles and members of a guild, with the bot's token.

Source: discord.com/developers/docs/resources/guild, "Get Guild Roles", "Search Guild Members".
Both need no more than that the bot is in the guild.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from adapters.discord.bot import DiscordBot, read_answer
from adapters.discord.login import DiscordAwayError, DiscordMissingError, DiscordRefusedError

T = TypeVar("T")
# What Discord takes of a name; its longest has 32 characters.
LONGEST_QUERY = 100


class GuildRole(msgspec.Struct, frozen=True, rename={"role_id": "id"}):
    """`managed`: of a bot, a subscription or the like; nobody can be given it."""

    role_id: int
    name: str
    color: int  # 0xRRGGBB; 0: none of its own
    position: int  # the highest stands on top
    managed: bool = False


class GuildMemberUser(msgspec.Struct, frozen=True, rename={"user_id": "id"}):
    user_id: int
    username: str
    discriminator: str | None = None
    avatar: str | None = None
    global_name: str | None = None
    bot: bool = False


class GuildMember(msgspec.Struct, frozen=True):
    user: GuildMemberUser
    nick: str | None = None


@dataclass(frozen=True, slots=True)
class DiscordGuilds:
    """Raises what `DiscordBot.get` does; DiscordMissingError where the bot is not in the guild;
    DiscordRefusedError for a token that is not good."""

    bot: DiscordBot

    @property
    def is_configured(self) -> bool:
        return self.bot.is_configured

    def roles(self, guild_id: int) -> list[GuildRole]:
        """All of them, in no order; that with the guild's own id is @everyone's."""
        return self._get(f"/guilds/{guild_id}/roles", None, list[GuildRole])

    def search_members(self, guild_id: int, query: str, limit: int) -> list[GuildMember]:
        """Members whose username or nickname begins with `query` (1 to 100 characters)."""
        asked: dict[str, str | int] = {"query": query[:LONGEST_QUERY], "limit": limit}
        return self._get(f"/guilds/{guild_id}/members/search", asked, list[GuildMember])

    def _get(self, path: str, query: Mapping[str, str | int] | None, shape: type[T]) -> T:
        # Each guild has limits of its own.
        response = self.bot.get(f"GET {path}", path, query)
        status = response.status_code
        if status == 200:
            return read_answer(response, shape)
        if status in (403, 404):
            raise DiscordMissingError(f"Discord answered {status}")
        if status == 401:
            raise DiscordRefusedError(f"Discord answered {status}")
        raise DiscordAwayError(f"Discord answered {status}")
