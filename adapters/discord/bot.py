"""Asking Discord with the bot's token, within its limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import msgspec
import requests

from adapters.discord.limits import Limits
from adapters.discord.login import DiscordAwayError
from adapters.discord.pulse import DiscordPulse
from adapters.settings import Settings
from adapters.version import VERSION

T = TypeVar("T")
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
class DiscordBot:
    api_url: str
    bot_token: str | None
    limits: Limits
    pulse: DiscordPulse
    sleep: Callable[[float], None] = time.sleep

    @property
    def is_configured(self) -> bool:
        return self.bot_token is not None

    def get(
        self, route: str, path: str, query: Mapping[str, str | int] | None = None
    ) -> requests.Response:
        """What Discord answers, whatever its status; `route` names what is limited together.

        Waits a little for its turn under the limits. Raises DiscordBusyError where that is not
        enough, DiscordAwayError where nobody answers, LimitsAwayError.
        """
        permit = uuid4().hex
        self._wait_for_turn(route, permit)
        response = self._ask(route, permit, path, query)
        self.pulse.answered(response.status_code)
        self.limits.learn(route, permit, response.status_code, response.headers)
        return response

    def _wait_for_turn(self, route: str, permit: str) -> None:
        waited_ms = 0
        while wait_ms := self.limits.take(route, permit):
            if waited_ms + wait_ms > PATIENCE_MS:
                raise DiscordBusyError(wait_ms)
            self.sleep(wait_ms / 1000)
            waited_ms += wait_ms

    def _ask(
        self, route: str, permit: str, path: str, query: Mapping[str, str | int] | None
    ) -> requests.Response:
        headers = {"Authorization": f"Bot {self.bot_token}", "User-Agent": USER_AGENT}
        address = f"{self.api_url}{path}"
        try:
            return requests.get(address, query, headers=headers, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            self.limits.answered(route, permit)
            self.pulse.silent()
            raise DiscordAwayError(str(error)) from None


def discord_bot(settings: Settings, limits: Limits, pulse: DiscordPulse) -> DiscordBot:
    return DiscordBot(settings.discord_api_url, settings.discord_bot_token, limits, pulse)


def read_answer(response: requests.Response, shape: type[T]) -> T:
    """The JSON of an answer. Raises DiscordAwayError for what makes no sense."""
    try:
        return msgspec.json.decode(response.content, type=shape, strict=False)
    except ValueError as error:
        raise DiscordAwayError(f"Discord's answer makes no sense: {error}") from None
