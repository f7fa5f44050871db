"""Who is asking, and what role they have in a guild. What is known is kept for CACHED_SECONDS."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from adapters.database import WRITE_REFUSED, Database
from adapters.discord.login import DiscordRefusedError
from adapters.process.cache import ProcessCache
from adapters.process.single_flight import SingleFlight
from domain.discord_roles import MemberGuild
from domain.hosting import HostingRule
from domain.roles import Viewer
from domain.windows import MINUTE_MS
from models.accounts import tokens as stored
from models.accounts.logins import end_login, login_by_hash
from services.accounts.memberships import (
    KNOWN_FOR_WRITES_MS,
    KNOWN_MS,
    Memberships,
    MembershipUnknownError,
)
from services.accounts.present_roles import roles_of_login, roles_of_person, roles_of_token
from services.accounts.tokens import hash_secret

# A changed or revoked role takes effect within 5 s.
CACHED_SECONDS = 4.0
RECOGNISED_SECONDS = 600.0
MOST_NOBODYS = 2_000
# What secrets are made of (services/accounts/tokens.py, logins.py): anything else is nobody's.
_SECRET = re.compile(r"(?:mwb?_)?[A-Za-z0-9_-]{43}")
# So long a first read waits to write down that its token was used; the next one does, else.
NOTE_USE_PATIENCE_SECONDS = 0.1
# What a secret is sent as: in a cookie or as a bearer token. One is never good as the other.
SESSION, TOKEN = "session", "token"
WRITING_SESSION = "session that writes"

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
    # The person behind it; None for a token that an operator made.
    maker_id: int | None = None
    discord_guilds: Mapping[int, MemberGuild] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """Who that is, for logs: `user:<id>` or `token:<id>`."""
        return f"user:{self.user_id}" if self.user_id is not None else f"token:{self.token_id}"

    def role_in(self, guild_id: int) -> Role | None:
        return self.roles.get(guild_id)

    def may_hear(self, guild_id: int) -> bool:
        """Live events of the guild; a bot hears of decisions alone (api/live/hub.py)."""
        return self.role_in(guild_id) is not None or self.may_ingest(guild_id)

    def may_ingest(self, guild_id: int) -> bool:
        return self.kind == "bot" and (self.covers_all or guild_id in self.bot_guild_ids)


class Access:
    def __init__(
        self,
        database: Database,
        memberships: Memberships,
        clock: Callable[[], int],
        timer: Callable[[], float] = time.monotonic,
        *,
        hosting: HostingRule,
    ) -> None:
        """`timer`: seconds that never go back, by which what is known grows old."""
        self._database, self._memberships, self._clock = database, memberships, clock
        self.hosting = hosting
        # Keyed by what the secret was sent as, and its hash.
        self._known: ProcessCache[tuple[Caller | None]] = ProcessCache(CACHED_SECONDS, timer=timer)
        # A wrong secret costs one look-up too, and no flood of them ends what is known of others.
        self._nobodys: ProcessCache[tuple[Caller | None]] = ProcessCache(
            CACHED_SECONDS, MOST_NOBODYS, timer=timer
        )
        # Secrets that were somebody's not long ago.
        self._recognised: ProcessCache[bool] = ProcessCache(RECOGNISED_SECONDS, timer=timer)
        # Nothing where Discord cannot be asked: whoever waited need not ask again.
        self._flights: SingleFlight[tuple[Caller | None] | None] = SingleFlight()

    def of_session(self, secret: str, *, for_write: bool = False) -> Caller | None:
        """Raises MembershipUnknownError while Discord cannot be asked about the person.

        for_write: what Discord said counts for 10 s instead of 60.
        """
        if not for_write:
            return self._cached(SESSION, secret, lambda key: self._load_session(key, KNOWN_MS))
        return self._cached(
            WRITING_SESSION, secret, lambda key: self._load_session(key, KNOWN_FOR_WRITES_MS)
        )

    def of_token(self, secret: str) -> Caller | None:
        return self._cached(TOKEN, secret, self._load_token)

    def known(self, sent_as: str, secret: str) -> Caller | None:
        """The same without asking the database: None also when this process does not know."""
        known = self._known.get((sent_as, hash_secret(secret)))
        return self._unless_expired(known[0]) if known else None

    def was_known(self, sent_as: str, secret: str) -> bool:
        """Whether it was somebody's within RECOGNISED_SECONDS, whatever has become of it."""
        return self._recognised.get((sent_as, hash_secret(secret))) is not None

    def forget(self) -> None:
        """Something changed: ask again for everybody. Other processes do so by CACHED_SECONDS."""
        self._flights.detach()
        self._known.clear()
        self._nobodys.clear()

    def _cached(
        self, sent_as: str, secret: str, load: Callable[[str], Caller | None]
    ) -> Caller | None:
        if _SECRET.fullmatch(secret) is None:
            return None
        key = sent_as, hash_secret(secret)
        known = self._known.get(key) or self._nobodys.get(key)
        if known is None:
            known = self._flights.run(
                key, lambda: _unless_unknown(load, key[1]), lambda found: self._keep(key, found)
            )
            if known is None:
                raise MembershipUnknownError
        return self._unless_expired(known[0])

    def _keep(self, key: tuple[str, str], known: tuple[Caller | None] | None) -> None:
        if known is None:
            return None
        if known[0] is None:
            return self._nobodys.put(key, known)
        self._known.put(key, known)
        if key[0] == WRITING_SESSION:
            self._known.put((SESSION, key[1]), known)
        return self._recognised.put(key, True)

    def _unless_expired(self, caller: Caller | None) -> Caller | None:
        if caller and caller.expires_ms is not None and caller.expires_ms <= self._clock():
            return None
        return caller

    def _load_session(self, secret_hash: str, known_ms: int) -> Caller | None:
        with self._database.read() as connection:
            login = login_by_hash(connection, secret_hash)
        if login is None or login.expires_ms <= self._clock():
            return None
        guilds: list[MemberGuild] = []
        if login.demo_role is None:
            try:
                guilds = self._memberships.of(login, known_ms)
            except DiscordRefusedError:
                # Consent was revoked at Discord: the login ends with it.
                with self._database.write() as connection:
                    end_login(connection, secret_hash)
                return None
        with self._database.read() as connection:
            if login_by_hash(connection, secret_hash) is None:
                return None  # it ended while Discord was asked
            roles = roles_of_login(connection, self.hosting, login, guilds)
        return Caller(
            "session",
            login.user_id,
            roles,
            selected_guild_id=login.selected_guild_id,
            expires_ms=login.expires_ms,
            demo_role=login.demo_role,
            maker_id=login.user_id,
            discord_guilds={guild.guild_id: guild for guild in guilds},
        )

    def _load_token(self, secret_hash: str) -> Caller | None:
        """The token's roles, none above what its maker has now."""
        now_ms = self._clock()
        with self._database.read() as connection:
            token = stored.token_by_hash(connection, secret_hash)
            if token is None or not stored.working(connection, [token.id], now_ms):
                return None
            works_as = roles_of_token(
                token, roles_of_person(connection, self.hosting, token.created_by, now_ms)
            )
        if token.last_used_ms is None or token.last_used_ms < now_ms - MINUTE_MS:
            self._note_use(token.id, now_ms)
        is_bot = token.kind == "bot"
        return Caller(
            token.kind,
            None,
            {} if is_bot else works_as,
            frozenset(works_as) if is_bot else frozenset(),
            covers_all=is_bot and stored.ALL_GUILDS in works_as,
            expires_ms=token.expires_ms,
            token_id=token.id,
            maker_id=token.created_by,
        )

    def _note_use(self, token_id: UUID, now_ms: int) -> None:
        """Left for the next time where the database takes no write: no reader depends on it."""
        with (
            suppress(*WRITE_REFUSED),
            self._database.write(NOTE_USE_PATIENCE_SECONDS) as connection,
        ):
            stored.token_was_used(connection, token_id, now_ms)


def _unless_unknown(
    load: Callable[[str], Caller | None], secret_hash: str
) -> tuple[Caller | None] | None:
    try:
        return (load(secret_hash),)
    except MembershipUnknownError:
        return None
