"""What the cog reads of Modwatch's API for slash commands, with an API token of a role `viewer`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from modwatch_client import ModwatchError

PATIENCE_SECONDS = 10.0
MOST_BYTES = 4 * 1024 * 1024
NO_TOKEN = (
    "This bot has no API token for Modwatch. Its owner makes one with the role viewer in"
    " Settings, Tokens, and sets MODWATCH_API_TOKEN."
)
AWAY = "Modwatch does not answer just now. Try again in a moment."
_WORDS = {
    401: "Modwatch does not know this bot's API token any more. Its owner has to set a new one.",
    403: "This bot's API token may not read this server.",
    404: "Modwatch has nothing like that.",
}
_SECRET = re.compile(r"[\x21-\x7e]+")


class ReadingError(ModwatchError):
    """Words for the moderator who asked."""


@dataclass(frozen=True)
class Picture:
    """A PNG, and what it shows in words."""

    png: bytes
    words: str


class Readings:
    """`url` of Modwatch, and an API token (`mw_...`); None: every reading says what is missing."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url, self._token = url.rstrip("/"), (token or "").strip()
        self._session: aiohttp.ClientSession | None = None

    async def json(self, guild_id: int, path: str, **query: str) -> Any:
        """The answer of `/api/v1/servers/{guild_id}/{path}`. Raises ReadingError."""
        answer, body = await self._get(guild_id, path, query)
        if answer.content_type != "application/json":
            raise ReadingError(AWAY)
        return await answer.json() if body else None

    async def picture(self, guild_id: int, path: str, **query: str) -> Picture:
        """Raises ReadingError."""
        answer, body = await self._get(guild_id, path, query)
        if answer.content_type != "image/png":
            raise ReadingError(AWAY)
        return Picture(body, answer.headers.get("X-Chart-Text", ""))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _get(
        self, guild_id: int, path: str, query: dict[str, str]
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        if _SECRET.fullmatch(self._token) is None:
            raise ReadingError(NO_TOKEN)
        address = f"{self._url}/api/v1/servers/{guild_id}/{path}"
        try:
            async with self._open().get(address, params=query, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise ReadingError(_WORDS.get(answer.status, AWAY))
                if (answer.content_length or 0) > MOST_BYTES:
                    raise ReadingError(AWAY)
                return answer, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise ReadingError(AWAY) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS),
            )
        return self._session
