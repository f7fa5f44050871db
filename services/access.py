"""Who is asking, and what role they have in a guild. What is known is kept for CACHED_SECONDS."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Connection

from adapters.database import Database
from adapters.discord_login import DiscordRefusedError
from adapters.process_cache import ProcessCache
from adapters.single_flight import SingleFlight
from domain.discord_roles import MemberGuild, role_from_discord
from domain.roles import Viewer, highest, role_named
from domain.windows import MINUTE_MS
from models import access as stored
from models.guild import demo_guilds
from models.guild_settings import assigned_roles, moderator_roles
from models.login import StoredLogin, end_login, login_by_hash
from services.membership import Memberships, MembershipUnknownError
from services.tokens import hash_secret

# A changed or revoked role takes effect within 5 s.
CACHED_SECONDS = 4.0
# What a secret is sent as: in a cookie or as a bearer token. One is never good as the other.
SESSION, TOKEN = "session", "token"

Role = type[Viewer]


@dataclass(frozen=True, slots=True)
class Caller:
    """A login, an API token or a bot token. With `covers_all` a bot may write for any guild.

    `discord_guilds` has what Discord says of the guilds of a login, by id.
    """

    kind: str  # "session", "api" or "bot"
    user_id: int | None
    roles: Mapping[int, Role] = field(default_factory=lambda: MappingProxyType({}))
    bot_guild_ids: frozenset[int] = frozenset()
    covers_all: bool = False
    selected_guild_id: int | None = None
    expires_ms: int | None = None
    demo_role: str | None = None
    token_id: UUID | None = None
    discord_guilds: Mapping[int, MemberGuild] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """Who that is, for logs: `user:<id>` or `token:<id>`."""
        return f"user:{self.user_id}" if self.user_id is not None else f"token:{self.token_id}"

    def role_in(self, guild_id: int) -> Role | None:
        return self.roles.get(guild_id)

    def may_ingest(self, guild_id: int) -> bool:
        return self.kind == "bot" and (self.covers_all or guild_id in self.bot_guild_ids)


class Access:
    def __init__(
        self,
        database: Database,
        memberships: Memberships,
        clock: Callable[[], int],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timer`: seconds that never go back, by which what is known grows old."""
        self._database, self._memberships, self._clock = database, memberships, clock
        # Keyed by what the secret was sent as, and its hash; None is remembered too, so a wrong
        # token costs one look-up.
        self._known: ProcessCache[tuple[Caller | None]] = ProcessCache(CACHED_SECONDS, timer=timer)
        # Nothing where Discord cannot be asked: whoever waited need not ask again.
        self._flights: SingleFlight[tuple[Caller | None] | None] = SingleFlight()

    def of_session(self, secret: str) -> Caller | None:
        """Raises MembershipUnknownError while Discord cannot be asked about the person."""
        return self._cached(SESSION, secret, self._load_session)

    def of_token(self, secret: str) -> Caller | None:
        return self._cached(TOKEN, secret, self._load_token)

    def known(self, sent_as: str, secret: str) -> Caller | None:
        """The same without asking the database: None also when this process does not know."""
        known = self._known.get((sent_as, hash_secret(secret)))
        return self._unless_expired(known[0]) if known else None

    def forget(self) -> None:
        """Something changed: ask again for everybody. Other processes do so by CACHED_SECONDS."""
        self._known.clear()

    def _cached(
        self, sent_as: str, secret: str, load: Callable[[str], Caller | None]
    ) -> Caller | None:
        key = sent_as, hash_secret(secret)
        known = self._known.get(key)
        if known is None:
            known = self._flights.run(key, lambda: _unless_unknown(load, key[1]))
            if known is None:
                raise MembershipUnknownError
            self._known.put(key, known)
        return self._unless_expired(known[0])

    def _unless_expired(self, caller: Caller | None) -> Caller | None:
        if caller and caller.expires_ms is not None and caller.expires_ms <= self._clock():
            return None
        return caller

    def _load_session(self, secret_hash: str) -> Caller | None:
        with self._database.read() as connection:
            login = login_by_hash(connection, secret_hash)
        if login is None or login.expires_ms <= self._clock():
            return None
        guilds: list[MemberGuild] = []
        if login.demo_role is None:
            try:
                guilds = self._memberships.of(login)
            except DiscordRefusedError:
                # Consent was revoked at Discord: the login ends with it.
                with self._database.write() as connection:
                    end_login(connection, secret_hash)
                return None
        with self._database.read() as connection:
            if login_by_hash(connection, secret_hash) is None:
                return None  # it ended while Discord was asked
            roles = _roles(connection, login, guilds)
        return Caller(
            "session",
            login.user_id,
            roles,
            selected_guild_id=login.selected_guild_id,
            expires_ms=login.expires_ms,
            demo_role=login.demo_role,
            discord_guilds={guild.guild_id: guild for guild in guilds},
        )

    def _load_token(self, secret_hash: str) -> Caller | None:
        now_ms = self._clock()
        with self._database.read() as connection:
            token = stored.token_by_hash(connection, secret_hash)
        if token is None or token.revoked_ms is not None:
            return None
        if token.last_used_ms is None or token.last_used_ms < now_ms - MINUTE_MS:
            self._note_use(token.id, now_ms)
        if token.kind == "bot":
            guilds = frozenset(token.guild_ids)
            covers_all = stored.ALL_GUILDS in guilds
            return Caller(
                "bot",
                None,
                {},
                guilds,
                covers_all,
                expires_ms=token.expires_ms,
                token_id=token.id,
            )
        role = role_named(token.role or "")
        roles = dict.fromkeys(token.guild_ids, role)
        return Caller("api", None, roles, expires_ms=token.expires_ms, token_id=token.id)

    def _note_use(self, token_id: UUID, now_ms: int) -> None:
        with self._database.write() as connection:
            stored.token_was_used(connection, token_id, now_ms)


def _unless_unknown(
    load: Callable[[str], Caller | None], secret_hash: str
) -> tuple[Caller | None] | None:
    try:
        return (load(secret_hash),)
    except MembershipUnknownError:
        return None


def _roles(
    connection: Connection, login: StoredLogin, guilds: list[MemberGuild]
) -> dict[int, Role]:
    """In each guild the highest of what Discord says and what was assigned here."""
    if login.demo_role is not None:
        return dict.fromkeys(demo_guilds(connection), role_named(login.demo_role))
    moderators = moderator_roles(connection, [guild.guild_id for guild in guilds])
    found: dict[int, list[Role]] = {}
    for guild in guilds:
        role = role_from_discord(guild, moderators.get(guild.guild_id))
        if role is not None:
            found.setdefault(guild.guild_id, []).append(role)
    for guild_id, name in assigned_roles(connection, login.user_id):
        found.setdefault(guild_id, []).append(role_named(name))
    best = ((guild_id, highest(roles)) for guild_id, roles in found.items())
    return {guild_id: role for guild_id, role in best if role is not None}
