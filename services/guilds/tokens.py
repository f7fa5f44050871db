"""The tokens of one guild, as its admins see and make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.cursor import read_place, write_cursor
from domain.hosting import HostingRule
from domain.roles import Admin, Authenticated, highest, name_of, role_named
from domain.snowflake import text_or_none
from domain.windows import DAY_MS
from models.accounts import tokens as access
from services.accounts.present_roles import roles_of_people, roles_of_token
from services.accounts.tokens import new_token
from services.audit.change import audited
from services.container import Parts
from services.guilds.changes import NotAllowedError
from services.guilds.usage import QuotaExceededError
from services.users.names import ShownUser, named, shown_users

# Nothing frees one by itself: somebody has to revoke a token.
RETRY_TOKENS_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownToken:
    """`works`: it lets somebody in now, as far as its maker's role goes."""

    id: str
    name: str
    kind: str
    role: str | None
    created_by: str | None
    created_by_username: str | None
    created_by_avatar: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    works: bool
    last_used_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken(ShownToken):
    """`token`: its secret, which is stored nowhere."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage:
    tokens: list[ShownToken]
    next_cursor: str | None


def tokens_page(
    parts: Parts, guild_id: int, *, limit: int, cursor: str | None = None
) -> TokensPage:
    """Tokens made for this guild alone, newest first. ValueError for a cursor that is none."""
    after = read_place(cursor) if cursor else None
    with parts.database.read() as connection:
        rows = access.page_of_tokens(connection, guild_id, limit + 1, after)
        found = rows[:limit]
        users = _makers(connection, found)
        works = _works(connection, parts.access.hosting, guild_id, found, parts.clock())
    more = found[-1] if len(rows) > limit else None
    return TokensPage(
        tokens=[_shown(token, users, works=token.id in works) for token in found],
        next_cursor=write_cursor(more.created_ms, more.id.hex) if more else None,
    )


def create(
    parts: Parts,
    who: Authenticated[Admin],
    *,
    name: str,
    kind: str,
    role: str | None,
    expires_days: int | None,
) -> NewToken:
    """Make a token; what is shown of it, with its secret. Raises NotAllowedError, ValueError."""
    if kind == "api" and role is None:
        raise ValueError("an API token needs a role")
    if kind == "bot" and role is not None:
        raise ValueError("a bot token has no role: it may only send events")
    if role is not None and highest([role_named(role), who.role]) is not who.role:
        raise NotAllowedError(f"a role above your own ({name_of(who.role)}) is not yours to give")
    now_ms = parts.clock()
    with audited(parts, who, "tokens.create") as change:
        _refuse_too_many(change.connection, parts, who.guild_id)
        secret, row = new_token(
            kind=kind,
            name=name,
            role=role,
            created_by=who.maker_id,
            created_ms=now_ms,
            expires_ms=_end_ms(change.connection, who, expires_days, now_ms),
            parent_id=who.token_id,
        )
        access.add_token(change.connection, row, [who.guild_id])
        change.details = {"id": str(row.id), "name": name, "kind": kind, "role": role}
        made = access.token_by_id(change.connection, row.id)
        assert made is not None
        users = _makers(change.connection, [made])
    return NewToken(**asdict(_shown(made, users, works=True)), token=secret)


def revoke(parts: Parts, who: Authenticated[Admin], token_id: UUID) -> bool:
    """Whether there was such a token of this guild that still worked. Raises NotAllowedError."""
    with audited(parts, who, "tokens.revoke") as change:
        token = access.token_by_id(change.connection, token_id)
        if token is None or token.guild_ids != (who.guild_id,):
            change.happened = False
        else:
            _refuse_above(who, token)
            change.happened = access.revoke_token(change.connection, token_id, parts.clock())
        change.details = {"id": str(token_id)}
    parts.access.forget()
    return change.happened


def _refuse_too_many(connection: Connection, parts: Parts, guild_id: int) -> None:
    most = parts.settings.guild_tokens
    if access.count_working(connection, guild_id, parts.clock()) >= most:
        raise QuotaExceededError("tokens", most, RETRY_TOKENS_SECONDS)


def _end_ms(
    connection: Connection, who: Authenticated[Admin], expires_days: int | None, now_ms: int
) -> int | None:
    """When a new token ends: a token that makes another is not outlived by it."""
    asked_ms = None if expires_days is None else now_ms + expires_days * DAY_MS
    parent = access.token_by_id(connection, who.token_id) if who.token_id else None
    ends = [ms for ms in (asked_ms, parent.expires_ms if parent else None) if ms is not None]
    return min(ends, default=None)


def _refuse_above(who: Authenticated[Admin], token: access.StoredToken) -> None:
    """A token with more than one's own role is for its maker, or for those above, to end."""
    is_own = token.created_by is not None and token.created_by == who.maker_id
    role = role_named(token.role or "admin")
    if not is_own and highest([role, who.role]) is not who.role:
        raise NotAllowedError(
            f"a token above your own role ({name_of(who.role)}) is not yours to end"
        )


def _makers(connection: Connection, tokens: Iterable[access.StoredToken]) -> dict[int, ShownUser]:
    return shown_users(connection, {one.created_by for one in tokens if one.created_by is not None})


def _works(
    connection: Connection,
    hosting: HostingRule,
    guild_id: int,
    tokens: Sequence[access.StoredToken],
    now_ms: int,
) -> set[UUID]:
    """Those of the guild's tokens that let somebody in now."""
    working = access.working(connection, [token.id for token in tokens], now_ms)
    makers = {token.created_by for token in tokens if token.created_by is not None}
    roles = roles_of_people(connection, hosting, guild_id, makers, now_ms)
    return {
        token.id
        for token in tokens
        if token.id in working and roles_of_token(token, roles.get(token.created_by or 0, {}))
    }


def _shown(token: access.StoredToken, users: Mapping[int, ShownUser], *, works: bool) -> ShownToken:
    return ShownToken(
        id=str(token.id),
        name=token.name,
        kind=token.kind,
        role=token.role,
        created_by=text_or_none(token.created_by),
        **named("created_by", token.created_by, users),
        created_at=rfc3339(token.created_ms),
        expires_at=_time(token.expires_ms),
        revoked_at=_time(token.revoked_ms),
        works=works,
        last_used_at=_time(token.last_used_ms),
    )


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
