"""The tokens of one guild, as its admins see and make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.roles import Admin, Authenticated, highest, name_of, role_named
from domain.windows import DAY_MS
from models import access
from services.audit import audited
from services.guild_changes import NotAllowedError
from services.parts import Parts
from services.tokens import new_token
from services.user_names import ShownUser, named, shown_users
from services.violation_json import text_or_none


def tokens_of(parts: Parts, guild_id: int) -> list[dict[str, Any]]:
    """Tokens made for this guild alone, newest first."""
    with parts.database.read() as connection:
        found = access.tokens_of_guild(connection, guild_id)
        users = _makers(connection, found)
    return [_shown(token, users) for token in reversed(found)]


def create(
    parts: Parts,
    who: Authenticated[Admin],
    *,
    name: str,
    kind: str,
    role: str | None,
    expires_days: int | None,
) -> dict[str, Any]:
    """Make a token; what is shown of it, with its secret. Raises NotAllowedError, ValueError."""
    if kind == "api" and role is None:
        raise ValueError("an API token needs a role")
    if kind == "bot" and role is not None:
        raise ValueError("a bot token has no role: it may only send events")
    if role is not None and highest([role_named(role), who.role]) is not who.role:
        raise NotAllowedError(f"a role above your own ({name_of(who.role)}) is not yours to give")
    now_ms = parts.clock()
    expires_ms = None if expires_days is None else now_ms + expires_days * DAY_MS
    secret, row = new_token(kind, name, role, who.user_id, now_ms, expires_ms)
    with audited(parts, who, "tokens.create") as change:
        access.add_token(change.connection, row, [who.guild_id])
        change.details = {"id": str(row.id), "name": name, "kind": kind, "role": role}
        made = next(
            token
            for token in access.tokens_of_guild(change.connection, who.guild_id)
            if token.id == row.id
        )
        users = _makers(change.connection, [made])
    return _shown(made, users) | {"token": secret}


def revoke(parts: Parts, who: Authenticated[Admin], token_id: UUID) -> bool:
    """Whether there was such a token of this guild that still worked."""
    with audited(parts, who, "tokens.revoke") as change:
        mine = {token.id for token in access.tokens_of_guild(change.connection, who.guild_id)}
        change.happened = token_id in mine and access.revoke_token(
            change.connection, token_id, parts.clock()
        )
        change.details = {"id": str(token_id)}
    parts.access.forget()
    return change.happened


def _makers(connection: Connection, tokens: Iterable[access.StoredToken]) -> dict[int, ShownUser]:
    return shown_users(connection, {one.created_by for one in tokens if one.created_by is not None})


def _shown(token: access.StoredToken, users: Mapping[int, ShownUser]) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "name": token.name,
        "kind": token.kind,
        "role": token.role,
        "created_by": text_or_none(token.created_by),
        **named("created_by", token.created_by, users),
        "created_at": rfc3339(token.created_ms),
        "expires_at": _time(token.expires_ms),
        "revoked_at": _time(token.revoked_ms),
        "last_used_at": _time(token.last_used_ms),
    }


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
