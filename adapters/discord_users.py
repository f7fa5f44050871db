"""Asking Discord for users by id, with the bot's token."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import requests

from adapters.discord_limits import DiscordLimits
from adapters.discord_login import DiscordAwayError, DiscordRefusedError, DiscordUser
from adapters.settings import Settings
from adapters.version import VERSION

ROUTE = "GET /users/{user_id}"
TIMEOUT_SECONDS = 5.0
TRIES = 3
# Discord asks bots to say what they are.
USER_AGENT = f"DiscordBot (modwatch, {VERSION})"


@dataclass(frozen=True, slots=True)
class DiscordUsers:
    api_url: str
    bot_token: str | None
    limits: DiscordLimits
    sleep: Callable[[float], None] = time.sleep

    @property
    def is_configured(self) -> bool:
        return self.bot_token is not None

    def get(self, user_id: int) -> DiscordUser | None:
        """The user, None where Discord knows none of this id.

        Waits for its turn under the limits. Raises DiscordAwayError, DiscordRefusedError (a token
        that is not good), LimitsAwayError.
        """
        for _ in range(TRIES):
            self._wait_for_turn()
            response = self._ask(user_id)
            self.limits.learn(ROUTE, response.status_code, response.headers)
            if response.status_code == 200:
                return _user(response)
            if response.status_code == 404:
                return None
            if response.status_code in (401, 403):
                raise DiscordRefusedError(f"Discord answered {response.status_code}")
            if response.status_code != 429:
                raise DiscordAwayError(f"Discord answered {response.status_code}")
        raise DiscordAwayError("Discord keeps asking to wait")

    def _wait_for_turn(self) -> None:
        while wait_ms := self.limits.wait_ms(ROUTE):
            self.sleep(wait_ms / 1000)

    def _ask(self, user_id: int) -> requests.Response:
        headers = {"Authorization": f"Bot {self.bot_token}", "User-Agent": USER_AGENT}
        try:
            return requests.get(
                f"{self.api_url}/users/{user_id}", headers=headers, timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            self.limits.unanswered(ROUTE)
            raise DiscordAwayError(str(error)) from None


def discord_users(settings: Settings, limits: DiscordLimits) -> DiscordUsers:
    return DiscordUsers(settings.discord_api_url, settings.discord_bot_token, limits)


def _user(response: requests.Response) -> DiscordUser:
    body = response.json()
    discriminator = body.get("discriminator")
    return DiscordUser(int(body["id"]), body["username"], discriminator, body.get("avatar"))
