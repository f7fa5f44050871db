"""A member's standing as the server knows it: clearings on the dashboard are in it."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from modwatch_client import checks
from modwatch_client.errors import StandingUnavailable


@dataclass(frozen=True)
class Standing:
    """`level`: 0 to 5; `kicked_before`: whether the member was ever kicked."""

    user_id: str
    level: int
    kicked_before: bool


def ask(http: httpx.Client, guild_id: int | str, user_id: int | str) -> Standing:
    """Raises StandingUnavailable, ValueError for what is no id."""
    guild, user = checks.snowflake(guild_id), checks.snowflake(user_id)
    try:
        answer = http.get(f"/api/v1/bot/guilds/{guild}/members/{user}")
        if answer.status_code == 200:
            said = answer.json()
            return Standing(user, int(said["level"]), bool(said["kicked_before"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise StandingUnavailable(f"{type(error).__name__}: {error}") from None
    raise StandingUnavailable(f"{answer.status_code} {answer.reason_phrase}")
