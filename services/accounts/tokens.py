"""API and bot tokens: made once, shown once, stored as SHA-256 of their secret."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from adapters.database import Database
from models.accounts import tokens as access
from models.accounts.tokens import ALL_GUILDS

PREFIXES = {"bot": "mwb_", "api": "mw_"}
_TOKEN = re.compile(r"mwb?_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be shown of a token; `guild_ids` is empty for one that covers every guild."""

    id: UUID
    kind: str
    name: str
    role: str | None
    guild_ids: tuple[int, ...]
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None
    last_used_ms: int | None


def is_token(secret: str) -> bool:
    """Whether it looks like one, of whatever Modwatch."""
    return _TOKEN.fullmatch(secret) is not None


def create_token(
    database: Database,
    *,
    kind: str,
    name: str,
    guild_ids: Sequence[int],
    role: str | None,
    expires_ms: int | None,
    created_by: int | None,
    now_ms: int,
) -> str:
    """Make a token; its secret, shown only now. No `guild_ids` means every one (bots only)."""
    if kind == "api" and (not guild_ids or role is None):
        raise ValueError("an API token needs its guilds and a role")
    secret, row = new_token(
        kind=kind,
        name=name,
        role=role,
        created_by=created_by,
        created_ms=now_ms,
        expires_ms=expires_ms,
    )
    with database.write() as connection:
        access.add_token(connection, row, guild_ids or [ALL_GUILDS])
    return secret


def new_token(
    *,
    kind: str,
    name: str,
    role: str | None,
    created_by: int | None,
    created_ms: int,
    expires_ms: int | None,
    parent_id: UUID | None = None,
) -> tuple[str, access.NewToken]:
    """A secret and the row to store for it."""
    secret = PREFIXES[kind] + secrets.token_urlsafe(32)
    return secret, access.NewToken(
        id=uuid4(),
        kind=kind,
        name=name,
        secret_hash=hash_secret(secret),
        role=role,
        created_by=created_by,
        created_ms=created_ms,
        expires_ms=expires_ms,
        parent_id=parent_id,
    )


def list_tokens(database: Database) -> list[TokenInfo]:
    with database.read() as connection:
        return [
            TokenInfo(
                id=token.id,
                kind=token.kind,
                name=token.name,
                role=token.role,
                guild_ids=tuple(id for id in token.guild_ids if id != ALL_GUILDS),
                created_ms=token.created_ms,
                expires_ms=token.expires_ms,
                revoked_ms=token.revoked_ms,
                last_used_ms=token.last_used_ms,
            )
            for token in access.all_tokens(connection)
        ]


def revoke_token(database: Database, token_id: UUID, now_ms: int) -> bool:
    """Whether there was such a token that still worked."""
    with database.write() as connection:
        return access.revoke_token(connection, token_id, now_ms)


def hash_secret(secret: str) -> str:
    """How a secret is stored. It has 256 random bits, so one round of SHA-256 is enough."""
    return sha256(secret.encode()).hexdigest()
