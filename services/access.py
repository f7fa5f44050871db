"""Who is asking, and what role they have in a guild. What is known is kept for CACHED_SECONDS."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from adapters.database import Database
from adapters.process_cache import ProcessCache
from domain.roles import Viewer, role_named
from domain.windows import DAY_MS, MINUTE_MS
from models import access as stored
from models.guild import demo_guilds
from models.guild_settings import assigned_roles
from services.tokens import hash_secret

# A changed or revoked role takes effect within 5 s.
CACHED_SECONDS = 4.0
SESSION_MS = 7 * DAY_MS
# Discord's ids start at 2015: these numbers are nobody's.
DEMO_USER_IDS = {"owner": 1, "admin": 2, "moderator": 3, "viewer": 4}

# What a secret is sent as: in a cookie or as a bearer token. One is never good as the other.
SESSION, TOKEN = "session", "token"

Role = type[Viewer]


@dataclass(frozen=True, slots=True)
class Caller:
    """A login, an API token or a bot token. With `covers_all` a bot may write for any guild."""

    kind: str  # "session", "api" or "bot"
    user_id: int | None
    roles: Mapping[int, Role] = field(default_factory=lambda: MappingProxyType({}))
    bot_guild_ids: frozenset[int] = frozenset()
    covers_all: bool = False
    selected_guild_id: int | None = None
    expires_ms: int | None = None
    demo_role: str | None = None
    token_id: UUID | None = None

    def role_in(self, guild_id: int) -> Role | None:
        return self.roles.get(guild_id)

    def may_ingest(self, guild_id: int) -> bool:
        return self.kind == "bot" and (self.covers_all or guild_id in self.bot_guild_ids)


class Access:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database, self._clock = database, clock
        # Keyed by what the secret was sent as, and its hash; None is remembered too, so a wrong
        # token costs one look-up.
        self._known: ProcessCache[tuple[Caller | None]] = ProcessCache(CACHED_SECONDS)

    def of_session(self, secret: str) -> Caller | None:
        return self._cached(SESSION, secret, self._load_session)

    def of_token(self, secret: str) -> Caller | None:
        return self._cached(TOKEN, secret, self._load_token)

    def known(self, sent_as: str, secret: str) -> Caller | None:
        """The same without asking the database: None also when this process does not know."""
        known = self._known.get((sent_as, hash_secret(secret)))
        return self._unless_expired(known[0]) if known else None

    def forget(self) -> None:
        """Roles changed: ask again for everybody. Other processes do so within CACHED_SECONDS."""
        self._known.clear()

    def start_demo_session(self, role: str) -> str:
        """A session that has `role` in every demo guild; its secret."""
        secret = secrets.token_urlsafe(32)
        now_ms = self._clock()
        with self._database.write() as connection:
            stored.add_session(
                connection,
                hash_secret(secret),
                DEMO_USER_IDS[role],
                role,
                now_ms,
                now_ms + SESSION_MS,
            )
        return secret

    def end_session(self, secret: str) -> None:
        with self._database.write() as connection:
            stored.end_session(connection, hash_secret(secret))
        self._known.drop((SESSION, hash_secret(secret)))

    def select_guild(self, secret: str, guild_id: int) -> None:
        with self._database.write() as connection:
            stored.select_guild(connection, hash_secret(secret), guild_id)
        self._known.drop((SESSION, hash_secret(secret)))

    def _cached(
        self, sent_as: str, secret: str, load: Callable[[str], Caller | None]
    ) -> Caller | None:
        key = sent_as, hash_secret(secret)
        known = self._known.get(key)
        if known is None:
            known = (load(key[1]),)
            self._known.put(key, known)
        return self._unless_expired(known[0])

    def _unless_expired(self, caller: Caller | None) -> Caller | None:
        if caller and caller.expires_ms is not None and caller.expires_ms <= self._clock():
            return None
        return caller

    def _load_session(self, secret_hash: str) -> Caller | None:
        with self._database.read() as connection:
            session = stored.session_by_hash(connection, secret_hash)
            if session is None:
                return None
            roles: dict[int, Role] = {}
            if session.demo_role is not None:
                role = role_named(session.demo_role)
                roles = dict.fromkeys(demo_guilds(connection), role)
            else:
                for guild_id, name in assigned_roles(connection, session.user_id):
                    roles[guild_id] = role_named(name)
        return Caller(
            "session",
            session.user_id,
            roles,
            selected_guild_id=session.selected_guild_id,
            expires_ms=session.expires_ms,
            demo_role=session.demo_role,
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
            return Caller("bot", None, {}, guilds, covers_all, None, token.expires_ms)
        role = role_named(token.role or "")
        roles = dict.fromkeys(token.guild_ids, role)
        return Caller("api", None, roles, expires_ms=token.expires_ms, token_id=token.id)

    def _note_use(self, token_id: UUID, now_ms: int) -> None:
        with self._database.write() as connection:
            stored.token_was_used(connection, token_id, now_ms)
