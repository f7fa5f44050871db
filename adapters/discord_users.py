"""Asking Discord for users by id, with the bot's token."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import msgspec
import requests

from adapters.discord_limits import Limits
from adapters.discord_login import DiscordAwayError, DiscordRefusedError, DiscordUser
from adapters.discord_pulse import DiscordPulse
from adapters.settings import Settings
from adapters.version import VERSION

ROUTE = "GET /users/{user_id}"
TIMEOUT_SECONDS = 5.0
# Whoever has to wait longer than this comes back later, instead of keeping a worker.
PATIENCE_MS = 2_000
# Discord asks bots to say what they are.
USER_AGENT = f"DiscordBot (modwatch, {VERSION})"


class DiscordBusyError(Exception):
    """No request may go for the next `wait_ms`."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(f"the limits of Discord want {wait_ms} ms of waiting")
        self.wait_ms = wait_ms


@dataclass(frozen=True, slots=True)
class DiscordUsers:
    api_url: str
    bot_token: str | None
    limits: Limits
    pulse: DiscordPulse
    sleep: Callable[[float], None] = time.sleep

    @property
    def is_configured(self) -> bool:
        return self.bot_token is not None

    def get(self, user_id: int) -> DiscordUser | None:
        """The user, None where Discord knows none of this id.

        Waits a little for its turn under the limits. Raises DiscordBusyError where that is not
        enough, DiscordAwayError, DiscordRefusedError (a token that is not good), LimitsAwayError.
        """
        permit = uuid4().hex
        self._wait_for_turn(permit)
        response = self._ask(user_id, permit)
        status = response.status_code
        self.pulse.answered(status)
        self.limits.learn(ROUTE, permit, status, response.headers)
        if status == 200:
            return _user(response)
        if status in (400, 404):  # 400: what cannot be anybody's id
            return None
        if status in (401, 403):
            raise DiscordRefusedError(f"Discord answered {status}")
        raise DiscordAwayError(f"Discord answered {status}")

    def _wait_for_turn(self, permit: str) -> None:
        waited_ms = 0
        while wait_ms := self.limits.take(ROUTE, permit):
            if waited_ms + wait_ms > PATIENCE_MS:
                raise DiscordBusyError(wait_ms)
            self.sleep(wait_ms / 1000)
            waited_ms += wait_ms

    def _ask(self, user_id: int, permit: str) -> requests.Response:
        headers = {"Authorization": f"Bot {self.bot_token}", "User-Agent": USER_AGENT}
        try:
            return requests.get(
                f"{self.api_url}/users/{user_id}", headers=headers, timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            self.limits.answered(ROUTE, permit)
            self.pulse.silent()
            raise DiscordAwayError(str(error)) from None


def discord_users(settings: Settings, limits: Limits, pulse: DiscordPulse) -> DiscordUsers:
    return DiscordUsers(settings.discord_api_url, settings.discord_bot_token, limits, pulse)


def _user(response: requests.Response) -> DiscordUser:
    try:
        return msgspec.json.decode(response.content, type=DiscordUser, strict=False)
    except ValueError as error:
        raise DiscordAwayError(f"Discord's answer makes no sense: {error}") from None
