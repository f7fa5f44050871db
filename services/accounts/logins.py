"""Logging in through Discord, and what becomes of a login afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from adapters.database import Database
from adapters.discord.login import (
    DiscordAwayError,
    DiscordLogin,
    DiscordRefusedError,
    DiscordToken,
    DiscordUser,
)
from adapters.secret_box import SecretBox
from adapters.telemetry.seldom import say_seldom
from domain.clock import rfc3339
from domain.demo_people import DEMO_VISITORS, demo_name, demo_person
from domain.windows import DAY_MS
from models.accounts import logins as stored
from models.accounts.handshakes import use_handshake
from models.users.cache import learn_users
from services.accounts.discord_tokens import sealed
from services.accounts.handshakes import (
    HANDSHAKE_SECONDS,
    Handshake,
    Handshakes,
    LoginFailedError,
)
from services.accounts.tokens import hash_secret

LOGIN_MS = 7 * DAY_MS
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLogin:
    """`current`: the one that is asking."""

    id: str
    user_agent: str
    created_at: str
    expires_at: str
    current: bool


@dataclass(frozen=True, slots=True)
class Logins:
    database: Database
    discord: DiscordLogin
    token_box: SecretBox
    handshakes: Handshakes
    clock: Callable[[], int]

    def begin(self, sealed_handshakes: str, place: str) -> tuple[str, str]:
        """(the address on Discord to go to, the sealed handshakes for the cookie).

        `place` is where on the page the person goes on afterwards.
        """
        handshake, sealed = self.handshakes.begin(sealed_handshakes, place)
        return self.discord.authorization_url(handshake.state, handshake.code_verifier), sealed

    def complete(self, code: str, handshake: Handshake, user_agent: str, before: str = "") -> str:
        """The secret of a new login. Raises LoginFailedError.

        before: the secret of the login that this browser had, which ends.
        """
        self._use_up(handshake)
        token, user = self._at_discord(code, handshake)
        secret, login = self._new(user.user_id, None, user_agent)
        access, refresh, expires_ms = sealed(self.token_box, token, self.clock)
        with self.database.write() as connection:
            stored.add_login(
                connection,
                stored.StoredLogin(
                    secret_hash=login.secret_hash,
                    id=login.id,
                    user_id=login.user_id,
                    demo_role=None,
                    selected_guild_id=None,
                    user_agent=login.user_agent,
                    created_ms=login.created_ms,
                    expires_ms=login.expires_ms,
                    access_token=access,
                    refresh_token=refresh,
                    token_expires_ms=expires_ms,
                ),
            )
            row = (user.user_id, user.username, user.discriminator, user.avatar, self.clock())
            learn_users(connection, [row])
        self.end(before)
        return secret

    def begin_demo(self, role: str, user_agent: str, before: str = "") -> str:
        """A login that has `role` in every demo guild, in place of `before`; its secret."""
        person = demo_person(role, secrets.randbelow(DEMO_VISITORS))
        secret, login = self._new(person, role, user_agent)
        with self.database.write() as connection:
            stored.add_login(connection, login)
            # Of what they do here others see who did it.
            learn_users(connection, [(person, demo_name(role), None, None, self.clock())])
        self.end(before)
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

    def of_user(self, user_id: int, current_secret: str) -> list[ShownLogin]:
        """A person's logins, newest first."""
        with self.database.read() as connection:
            found = stored.logins_of_user(connection, user_id, self.clock())
        return [
            ShownLogin(
                id=str(login.id),
                user_agent=login.user_agent,
                created_at=rfc3339(login.created_ms),
                expires_at=rfc3339(login.expires_ms),
                current=login.secret_hash == hash_secret(current_secret),
            )
            for login in found
        ]

    def select_guild(self, secret: str, guild_id: int) -> None:
        with self.database.write() as connection:
            stored.select_guild(connection, hash_secret(secret), guild_id)

    def _use_up(self, handshake: Handshake) -> None:
        """A handshake is good once, also for somebody who has kept the cookie."""
        kept_until_ms = self.clock() + 2 * HANDSHAKE_SECONDS * 1000
        with self.database.write() as connection:
            is_new = use_handshake(connection, hash_secret(handshake.state), kept_until_ms)
        if not is_new:
            raise LoginFailedError("the handshake was used before", handshake.place)

    def _at_discord(self, code: str, handshake: Handshake) -> tuple[DiscordToken, DiscordUser]:
        place = handshake.place
        if not self.handshakes.is_in_time(handshake):
            raise LoginFailedError("the handshake is too old", place)
        if not code:
            raise LoginFailedError("Discord sent no code: the person said no", place)
        try:
            token = self.discord.exchange(code, handshake.code_verifier)
            return token, self.discord.user(token.access_token)
        except (DiscordAwayError, DiscordRefusedError) as error:
            raise LoginFailedError(str(error), place) from None

    def _new(
        self, user_id: int, demo_role: str | None, user_agent: str
    ) -> tuple[str, stored.StoredLogin]:
        secret, now_ms = secrets.token_urlsafe(32), self.clock()
        agent = user_agent.replace("\x00", "")[:200]
        return secret, stored.StoredLogin(
            secret_hash=hash_secret(secret),
            id=uuid4(),
            user_id=user_id,
            demo_role=demo_role,
            selected_guild_id=None,
            user_agent=agent,
            created_ms=now_ms,
            expires_ms=now_ms + LOGIN_MS,
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
            say_seldom(_log.warning, "token_not_revoked", error=str(error))
