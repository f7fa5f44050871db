"""Names that are wanted, asked of Discord until there are none left."""

from __future__ import annotations

from services.container import Parts
from services.users.names import shown_users

ROUTE = "GET /users/{user_id}"


def want(parts: Parts, ids: set[int], guild_id: int = 0) -> None:
    with parts.database.read() as connection:
        shown_users(connection, ids, guild_id)
    parts.resolver.write_down_wanted()


def name_of(parts: Parts, user_id: int) -> str | None:
    with parts.database.read() as connection:
        return shown_users(connection, [user_id])[user_id].username


def resolve_all(parts: Parts, most: int = 200) -> int:
    resolved = 0
    for _ in range(most):
        count = parts.resolver.resolve()
        resolved += count
        if not count:
            break
    return resolved
