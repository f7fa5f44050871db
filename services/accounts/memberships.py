"""Which guilds a logged-in person is in, as Discord says: asked once, known for 60 s.

While Discord is away, what is known serves ten minutes longer. Of several processes one asks; the
others use what is known, or wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import structlog
from sqlalchemy import Connection

from adapters.database import WRITE_REFUSED, Database
from adapters.discord.login import (
    DiscordAwayError,
    DiscordGuild,
    DiscordLogin,
    DiscordRefusedError,
    DiscordSilentError,
)
from adapters.telemetry.seldom import say_seldom
from domain.discord_roles import MemberGuild, needs_member_roles
from domain.windows import MINUTE_MS
from models.accounts import memberships as stored
from models.accounts.logins import StoredLogin
from models.guilds.settings import moderator_roles
from services.accounts.discord_tokens import LoginTokens

KNOWN_MS = 60_000
# A role that was lost at Discord writes no longer than this.
KNOWN_FOR_WRITES_MS = 10_000
KNOWN_WHILE_AWAY_MS = KNOWN_MS + 10 * MINUTE_MS
# By so much the clocks of two hosts may differ.
SKEW_MS = 5_000
# Longer than asking takes: whoever claimed it and is not done by then has died.
CLAIM_MS = 15_000
CLAIM_PATIENCE_SECONDS = 1.0
# So long at most is waited for another process that asks.
WAIT_SECONDS = 6.0
POLL_SECONDS = 0.05
# After this no further question is begun.
ASK_SECONDS = 4.0
ASK_AT_ONCE = 8
# While Discord is silent, this process asks so seldom: each question costs somebody seconds.
SILENT_SECONDS = 5.0
_log = structlog.get_logger()


class MembershipUnknownError(Exception):
    """Discord is away, and what was known is too old to trust."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a person, and what it is good for."""

    guilds: list[MemberGuild]
    fetched_ms: int
    claimed_until_ms: int
    is_fresh: bool
    is_usable: bool


@dataclass(slots=True)
class Memberships:
    """`timer`: seconds that never go back."""

    database: Database
    discord: DiscordLogin
    tokens: LoginTokens
    clock: Callable[[], int]
    timer: Callable[[], float] = time.monotonic
    _silent_until: float = float("-inf")

    def of(self, login: StoredLogin, known_ms: int = KNOWN_MS) -> list[MemberGuild]:
        """The person's guilds, as Discord said within `known_ms`, or says now.

        Raises MembershipUnknownError; DiscordRefusedError when over.
        """
        known = self._known(login.user_id, known_ms)
        if known.is_fresh:
            return known.guilds
        if self.timer() < self._silent_until:
            return _usable(known)
        try:
            is_ours = self._claim(login.user_id, known.fetched_ms)
        except WRITE_REFUSED:
            # Reading does not depend on writing: as while Discord is away.
            if not known.is_usable:
                raise
            return known.guilds
        if is_ours:
            return self._fetch_or(login, known)
        return known.guilds if known.is_usable else self._of_another(login.user_id)

    def _of_another(self, user_id: int) -> list[MemberGuild]:
        """What the process hears that asks already. Raises MembershipUnknownError for nothing."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            known = self._known(user_id)
            if known.is_fresh:
                return known.guilds
            if known.claimed_until_ms < self.clock():
                break  # it is done, and heard nothing: a second question would not help
            time.sleep(POLL_SECONDS)
        raise MembershipUnknownError

    def _known(self, user_id: int, known_ms: int = KNOWN_MS) -> Known:
        with self.database.read() as connection:
            row = stored.membership_of(connection, user_id)
            guilds = _read(row.guilds)
            missing = _without_roles(connection, guilds)
        age_ms = self.clock() - row.fetched_ms
        # Nothing is known of a time to come: there the clock was set back.
        return Known(
            guilds,
            row.fetched_ms,
            row.claimed_until_ms,
            is_fresh=-SKEW_MS < age_ms < known_ms and not missing,
            is_usable=-SKEW_MS < age_ms < KNOWN_WHILE_AWAY_MS,
        )

    def _claim(self, user_id: int, fetched_ms: int) -> bool:
        now_ms = self.clock()
        with self.database.write(CLAIM_PATIENCE_SECONDS) as connection:
            return stored.claim_fetch(connection, user_id, fetched_ms, now_ms, now_ms + CLAIM_MS)

    def _fetch_or(self, login: StoredLogin, known: Known) -> list[MemberGuild]:
        try:
            guilds = self._fetch(login.secret_hash)
        except (DiscordAwayError, DiscordRefusedError) as error:
            with self.database.write() as connection:
                stored.release_fetch(connection, login.user_id, self.clock())
            if isinstance(error, DiscordRefusedError):
                raise
            self._note_trouble(error)
            return _usable(known)
        with self.database.write() as connection:
            text = msgspec.json.encode(guilds).decode()
            stored.save_membership(connection, login.user_id, text, self.clock())
        return guilds

    def _note_trouble(self, error: DiscordAwayError) -> None:
        say_seldom(_log.warning, "discord_away", error=str(error))
        if isinstance(error, DiscordSilentError):
            self._silent_until = self.timer() + SILENT_SECONDS

    def _fetch(self, secret_hash: str) -> list[MemberGuild]:
        deadline = time.monotonic() + ASK_SECONDS
        token = self.tokens.of(secret_hash)
        guilds = [_member_guild(guild) for guild in self.discord.guilds(token)]
        with self.database.read() as connection:
            missing = _without_roles(connection, guilds)

        def role_ids(guild_id: int) -> list[int]:
            if time.monotonic() > deadline:
                raise DiscordSilentError("too slow")
            return self.discord.member_role_ids(token, guild_id)

        with ThreadPoolExecutor(ASK_AT_ONCE) as pool:  # it starts no thread for nothing
            found = dict(zip(missing, pool.map(role_ids, missing), strict=True))
        return [
            msgspec.structs.replace(guild, role_ids=found.get(guild.guild_id)) for guild in guilds
        ]


def _usable(known: Known) -> list[MemberGuild]:
    if not known.is_usable:
        raise MembershipUnknownError
    return known.guilds


def said_since(
    connection: Connection, user_ids: Collection[int], since_ms: int
) -> dict[int, list[MemberGuild]]:
    """The guilds of each of these people as Discord said last; if that was before then, only those
    they own: nobody takes a server from its owner, who gives it away or not.
    """
    said = stored.guilds_of_people(connection, user_ids)
    found: dict[int, list[MemberGuild]] = {}
    for user_id in user_ids:
        text, fetched_ms = said.get(user_id, ("[]", 0))
        guilds = _read(text)
        found[user_id] = [one for one in guilds if one.owner or fetched_ms >= since_ms]
    return found


def owns_at_discord(connection: Connection, guild_id: int, user_id: int | None) -> bool:
    """Whether Discord said last that the guild is this person's."""
    if user_id is None:
        return False
    guilds = _read(stored.membership_of(connection, user_id).guilds)
    return any(guild.guild_id == guild_id and guild.owner for guild in guilds)


def _read(guilds: str) -> list[MemberGuild]:
    return msgspec.json.decode(guilds, type=list[MemberGuild])


def _member_guild(guild: DiscordGuild) -> MemberGuild:
    return MemberGuild(
        guild_id=guild.guild_id,
        name=guild.name,
        icon=guild.icon,
        owner=guild.owner,
        permissions=guild.permissions,
    )


def _without_roles(connection: Connection, guilds: list[MemberGuild]) -> list[int]:
    """The guilds where the person's Discord roles matter and are not known."""
    asked = {guild.guild_id for guild in guilds if needs_member_roles(guild)}
    return sorted(moderator_roles(connection, sorted(asked)))
