"""Logging in through Discord, and what becomes of a login afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from adapters.database import Database
from adapters.discord_login import DiscordAwayError, DiscordLogin, DiscordRefusedError
from adapters.secret_box import SecretBox
from domain.clock import rfc3339
from domain.windows import DAY_MS
from models import login as stored
from models.event_store import learn_users
from services.login_tokens import sealed
from services.tokens import hash_secret

LOGIN_MS = 7 * DAY_MS
# How long somebody may take on Discord's page.
HANDSHAKE_SECONDS = 600
# Discord's ids start in 2015: these numbers are nobody's.
DEMO_USER_IDS = {"owner": 1, "admin": 2, "moderator": 3, "viewer": 4}
_log = structlog.get_logger()


class Handshake(msgspec.Struct):
    """What must be the same when Discord sends the person back; sealed in a cookie meanwhile."""

    state: str
    code_verifier: str
    begun_ms: int


class LoginFailedError(Exception):
    """No login came of it; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Logins:
    database: Database
    discord: DiscordLogin
    token_box: SecretBox
    handshake_box: SecretBox
    clock: Callable[[], int]

    def begin(self) -> tuple[str, str]:
        """(the address on Discord to go to, the sealed handshake for the cookie)."""
        handshake = Handshake(secrets.token_urlsafe(24), secrets.token_urlsafe(48), self.clock())
        url = self.discord.authorization_url(handshake.state, handshake.code_verifier)
        return url, self.handshake_box.seal(msgspec.json.encode(handshake).decode())

    def complete(self, code: str, state: str, sealed_handshake: str, user_agent: str) -> str:
        """The secret of a new login. Raises LoginFailedError."""
        handshake = self._opened(sealed_handshake)
        if not secrets.compare_digest(handshake.state.encode(), state.encode()):
            raise LoginFailedError("the state is not the one we sent")
        if not code:
            raise LoginFailedError("Discord sent no code: the person said no, or nobody was asked")
        try:
            token = self.discord.exchange(code, handshake.code_verifier)
            user = self.discord.user(token.access_token)
        except (DiscordAwayError, DiscordRefusedError) as error:
            raise LoginFailedError(str(error)) from None
        secret, login = self._new(user.user_id, None, user_agent)
        access, refresh, expires_ms = sealed(self.token_box, token, self.clock)
        with self.database.write() as connection:
            stored.add_login(
                connection,
                stored.StoredLogin(
                    login.secret_hash,
                    login.id,
                    login.user_id,
                    None,
                    None,
                    login.user_agent,
                    login.created_ms,
                    login.expires_ms,
                    access,
                    refresh,
                    expires_ms,
                ),
            )
            row = (user.user_id, user.username, user.discriminator, user.avatar, self.clock())
            learn_users(connection, [row])
        return secret

    def begin_demo(self, role: str, user_agent: str) -> str:
        """A login that has `role` in every demo guild; its secret."""
        secret, login = self._new(DEMO_USER_IDS[role], role, user_agent)
        with self.database.write() as connection:
            stored.add_login(connection, login)
        return secret

    def end(self, secret: str) -> None:
        """End a login here, and its tokens at Discord as far as that can be reached."""
        secret_hash = hash_secret(secret)
        with self.database.write() as connection:
            login = stored.login_by_hash(connection, secret_hash)
            if login is None:
                return
            stored.end_login(connection, secret_hash)
            left = stored.logins_of_user(connection, login.user_id, self.clock())
        self._revoke([login], left)

    def end_one(self, user_id: int, id: UUID) -> bool:
        """Whether the person had a login of this id, which has ended now."""
        with self.database.write() as connection:
            found = stored.logins_of_user(connection, user_id, self.clock())
            ended = stored.end_logins(connection, user_id, id) > 0
        here = [login for login in found if login.id == id]
        self._revoke(here, [login for login in found if login.id != id])
        return ended

    def end_all(self, user_id: int) -> int:
        """Log a person out everywhere; how many logins that were."""
        with self.database.write() as connection:
            ended = stored.logins_of_user(connection, user_id, self.clock())
            stored.end_logins(connection, user_id)
        self._revoke(ended, [])
        return len(ended)

    def of_user(self, user_id: int, current_secret: str) -> list[dict[str, Any]]:
        """A person's logins, newest first."""
        with self.database.read() as connection:
            found = stored.logins_of_user(connection, user_id, self.clock())
        return [
            {
                "id": str(login.id),
                "user_agent": login.user_agent,
                "created_at": rfc3339(login.created_ms),
                "expires_at": rfc3339(login.expires_ms),
                "current": login.secret_hash == hash_secret(current_secret),
            }
            for login in found
        ]

    def select_guild(self, secret: str, guild_id: int) -> None:
        with self.database.write() as connection:
            stored.select_guild(connection, hash_secret(secret), guild_id)

    def _opened(self, sealed_handshake: str) -> Handshake:
        text = self.handshake_box.open(sealed_handshake)
        if text is None:
            raise LoginFailedError("no handshake of ours")
        handshake = msgspec.json.decode(text, type=Handshake)
        # Not less than 0: it may have begun on a host whose clock is a little ahead.
        if abs(self.clock() - handshake.begun_ms) >= HANDSHAKE_SECONDS * 1000:
            raise LoginFailedError("the handshake is too old")
        return handshake

    def _new(
        self, user_id: int, demo_role: str | None, user_agent: str
    ) -> tuple[str, stored.StoredLogin]:
        secret, now_ms = secrets.token_urlsafe(32), self.clock()
        agent = user_agent.replace("\x00", "")[:200]
        return secret, stored.StoredLogin(
            hash_secret(secret),
            uuid4(),
            user_id,
            demo_role,
            None,
            agent,
            now_ms,
            now_ms + LOGIN_MS,
        )

    def _revoke(self, ended: list[stored.StoredLogin], left: list[stored.StoredLogin]) -> None:
        """Have Discord end the tokens, unless the person has logins left.

        With one token Discord ends all that the person has; one that it does not know ends none.
        https://discord.com/developers/docs/topics/oauth2
        """
        if left:
            return
        tokens = (self.token_box.open(login.access_token or "") for login in ended)
        try:
            for token in filter(None, tokens):
                self.discord.revoke(token)
        except (DiscordAwayError, DiscordRefusedError) as error:
            # The login is over here all the same; at Discord the token runs out by itself.
            _log.warning("token_not_revoked", error=str(error))
