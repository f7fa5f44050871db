"""Discord's tokens of a login: sealed, and refreshed before they end, by one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from adapters.database import Database
from adapters.discord.login import (
    DiscordAwayError,
    DiscordLogin,
    DiscordRefusedError,
    DiscordToken,
)
from adapters.secret_box import SecretBox
from adapters.telemetry.seldom import say_seldom
from domain.windows import MINUTE_MS
from models.accounts import logins as stored
from models.accounts.logins import StoredLogin

# Tokens are refreshed this long before they end.
REFRESH_AHEAD_MS = 60 * MINUTE_MS
# Longer than refreshing takes: whoever claimed it and is not done by then has died.
CLAIM_MS = 15_000
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LoginTokens:
    database: Database
    discord: DiscordLogin
    box: SecretBox
    clock: Callable[[], int]

    def of(self, secret_hash: str) -> str:
        """A token that still holds. Raises DiscordAwayError; DiscordRefusedError when over."""
        # Read now: what was read before may have been refreshed by the process that asked last.
        with self.database.read() as connection:
            login = stored.login_by_hash(connection, secret_hash)
        if login is None:
            raise DiscordRefusedError("the login has ended")
        now_ms, expires_ms = self.clock(), login.token_expires_ms or 0
        if expires_ms - REFRESH_AHEAD_MS > now_ms:
            return self._open(login.access_token)
        with self.database.write() as connection:
            mine = stored.claim_refresh(connection, login, now_ms, now_ms + CLAIM_MS)
        if mine:
            try:
                return self._refresh(login)
            except DiscordAwayError as error:
                # The next one tries when the claim has ended.
                say_seldom(_log.warning, "token_not_refreshed", error=str(error))
        if expires_ms <= now_ms:
            raise DiscordAwayError("the token has ended and is not refreshed yet")
        return self._open(login.access_token)

    def _refresh(self, login: StoredLogin) -> str:
        token = self.discord.refresh(self._open(login.refresh_token))
        with self.database.write() as connection:
            stored.save_tokens(connection, login.secret_hash, *sealed(self.box, token, self.clock))
        return token.access_token

    def _open(self, sealed_text: str | None) -> str:
        text = self.box.open(sealed_text or "")
        if text is None:
            raise DiscordRefusedError("the stored token cannot be read; another secret key?")
        return text


def sealed(box: SecretBox, token: DiscordToken, clock: Callable[[], int]) -> tuple[str, str, int]:
    """A token as `login_sessions` keeps it: access and refresh token sealed, its end in ms."""
    expires_ms = clock() + token.expires_in * 1000
    return box.seal(token.access_token), box.seal(token.refresh_token), expires_ms
