"""Which guilds a logged-in person is in, as Discord says: asked once, known for 60 s.

While Discord is away, what is known serves ten minutes longer. Of several processes one asks; the
others use what is known, or wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from adapters.database import Database
from adapters.discord_login import (
    DiscordAwayError,
    DiscordGuild,
    DiscordLogin,
    DiscordRefusedError,
    DiscordToken,
)
from adapters.secret_box import SecretBox
from domain.discord_roles import MemberGuild, needs_member_roles
from domain.windows import MINUTE_MS
from models import login as logins
from models import membership as stored
from models.guild_settings import moderator_roles
from models.login import StoredLogin

KNOWN_MS = 60_000
KNOWN_WHILE_AWAY_MS = KNOWN_MS + 10 * MINUTE_MS
CLAIM_MS = 15_000
WAIT_SECONDS = 10.0
POLL_SECONDS = 0.05
# Tokens are refreshed this long before they end.
REFRESH_AHEAD_MS = 60 * MINUTE_MS
_log = structlog.get_logger()


class MembershipUnknownError(Exception):
    """Discord is away, and what was known is too old to trust."""


@dataclass(frozen=True, slots=True)
class Memberships:
    database: Database
    discord: DiscordLogin
    box: SecretBox
    clock: Callable[[], int]

    def of(self, login: StoredLogin) -> list[MemberGuild]:
        """The person's guilds. Raises MembershipUnknownError; DiscordRefusedError when over."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            known = self._known(login.user_id)
            age_ms = self.clock() - known.fetched_ms
            # A negative age is a clock that was set back: nothing is known to be that fresh.
            if 0 <= age_ms < KNOWN_MS:
                return _read(known.guilds)
            usable = 0 <= age_ms < KNOWN_WHILE_AWAY_MS
            if self._claim(login.user_id, known.fetched_ms):
                return self._fetch_or(login, _read(known.guilds) if usable else None)
            if usable:
                return _read(known.guilds)
            if time.monotonic() > deadline:
                raise MembershipUnknownError
            time.sleep(POLL_SECONDS)  # another process is asking

    def _known(self, user_id: int) -> stored.StoredMembership:
        with self.database.read() as connection:
            return stored.membership_of(connection, user_id)

    def _claim(self, user_id: int, fetched_ms: int) -> bool:
        now_ms = self.clock()
        with self.database.write() as connection:
            return stored.claim_fetch(connection, user_id, fetched_ms, now_ms, now_ms + CLAIM_MS)

    def _fetch_or(self, login: StoredLogin, known: list[MemberGuild] | None) -> list[MemberGuild]:
        try:
            guilds = self._fetch(login)
        except (DiscordAwayError, DiscordRefusedError) as error:
            with self.database.write() as connection:
                stored.release_fetch(connection, login.user_id)
            if isinstance(error, DiscordRefusedError):
                raise
            _log.warning("discord_away", error=str(error))
            if known is None:
                raise MembershipUnknownError from None
            return known
        with self.database.write() as connection:
            text = msgspec.json.encode(guilds).decode()
            stored.save_membership(connection, login.user_id, text, self.clock())
        return guilds

    def _fetch(self, login: StoredLogin) -> list[MemberGuild]:
        token = self._access_token(login)
        guilds = self.discord.guilds(token)
        with self.database.read() as connection:
            wanted = moderator_roles(connection, [guild.guild_id for guild in guilds])
        return [self._member_guild(token, guild, wanted) for guild in guilds]

    def _member_guild(self, token: str, guild: DiscordGuild, wanted: dict[int, int]) -> MemberGuild:
        found = MemberGuild(guild.guild_id, guild.name, guild.icon, guild.owner, guild.permissions)
        if guild.guild_id in wanted and needs_member_roles(found):
            role_ids = self.discord.member_role_ids(token, guild.guild_id)
            found = msgspec.structs.replace(found, role_ids=role_ids)
        return found

    def _access_token(self, login: StoredLogin) -> str:
        """A token that still holds, refreshed when its end is near: by one process at a time."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            expires_ms = login.token_expires_ms or 0
            if expires_ms - REFRESH_AHEAD_MS > self.clock():
                return self._open(login.access_token)
            now_ms = self.clock()
            with self.database.write() as connection:
                mine = logins.claim_refresh(connection, login, now_ms, now_ms + CLAIM_MS)
            if mine:
                return self._refresh(login)
            if expires_ms > now_ms:
                return self._open(login.access_token)
            if time.monotonic() > deadline:
                raise DiscordAwayError("another process is refreshing the token")
            time.sleep(POLL_SECONDS)
            with self.database.read() as connection:
                again = logins.login_by_hash(connection, login.secret_hash)
            if again is None:
                raise DiscordRefusedError("the login has ended")
            login = again

    def _refresh(self, login: StoredLogin) -> str:
        token = self.discord.refresh(self._open(login.refresh_token))
        with self.database.write() as connection:
            logins.save_tokens(connection, login.secret_hash, *sealed(self.box, token, self.clock))
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


def _read(text: str) -> list[MemberGuild]:
    return msgspec.json.decode(text, type=list[MemberGuild])
