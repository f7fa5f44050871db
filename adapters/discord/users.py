"""Asking Discord for users by id, with the bot's token."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.discord.bot import DiscordBot, read_answer
from adapters.discord.login import DiscordAwayError, DiscordRefusedError, DiscordUser

ROUTE = "GET /users/{user_id}"


@dataclass(frozen=True, slots=True)
class DiscordUsers:
    bot: DiscordBot

    @property
    def is_configured(self) -> bool:
        return self.bot.is_configured

    def get(self, user_id: int) -> DiscordUser | None:
        """The user, None where Discord knows none of this id.

        Raises what `DiscordBot.get` does, and DiscordRefusedError (a token that is not good).
        """
        response = self.bot.get(ROUTE, f"/users/{user_id}")
        status = response.status_code
        if status == 200:
            return read_answer(response, DiscordUser)
        if status in (400, 404):  # 400: what cannot be anybody's id
            return None
        if status in (401, 403):
            raise DiscordRefusedError(f"Discord answered {status}")
        raise DiscordAwayError(f"Discord answered {status}")
