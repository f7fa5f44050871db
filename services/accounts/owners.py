"""A guild keeps an owner: one rule, whatever change would take the last one away."""

from __future__ import annotations

from sqlalchemy import Connection

from models.accounts.roles import roles_of
from models.guilds.settings import has_known_owner
from services.accounts.memberships import owns_at_discord


class LastOwnerError(Exception):
    """The change would leave the guild without an owner."""

    def __init__(self) -> None:
        super().__init__("this is the last owner of the server")


def refuse_last_owner(connection: Connection, guild_id: int, user_id: int, by: int | None) -> None:
    """Raises LastOwnerError where `user_id` is the guild's only owner; nothing for anybody else.

    Discord's own owner of the guild stays owner whatever is stored, so this guards guilds without
    one. The bot may not have said who that is; then it may be `by`, the person who asks.
    """
    owners = {row.user_id for row in roles_of(connection, guild_id) if row.role == "owner"}
    if owners != {user_id} or has_known_owner(connection, guild_id):
        return
    if by == user_id or not owns_at_discord(connection, guild_id, by):
        raise LastOwnerError
