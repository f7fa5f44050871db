"""Whom and what a choice may fall on: a server's roles at Discord, and its members by name.

Discord is asked with the bot's token, within its limits, and its answer kept for a minute. Where it
cannot be asked there are no roles, and of the members those that are known here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson
from sqlalchemy import Connection

from adapters.discord.bot import DiscordBusyError
from adapters.discord.guilds import GuildMember, GuildRole
from adapters.discord.limits import LimitsAwayError
from adapters.discord.login import (
    DiscordAwayError,
    DiscordMissingError,
    DiscordRefusedError,
)
from domain.folding import folded
from domain.snowflake import parse_snowflake
from domain.users import avatar_url
from domain.windows import HOUR_MS, MINUTE_MS
from models.rollups.moderators import moderators_since
from models.users.guild_names import members_called
from models.violations.named import find_members
from services.container import Parts
from services.users.names import Shown, shown_users

MOST_MEMBERS = 20
ANSWERED_MS = MINUTE_MS
# Discord may be back soon; where the bot is not in the server it stays so for longer.
AWAY_MS, MISSING_MS = 5_000, MINUTE_MS
MODERATOR_FOR_HOURS = 30 * 24
SHORTEST_ID = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChoice:
    """`color` is #rrggbb, or None where the role has none."""

    role_id: str
    name: str
    color: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChoice:
    """`display_name` is what only Discord knows: the name in the server, or the person's own."""

    user_id: str
    username: str | None
    display_name: str | None
    avatar: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChoices:
    roles: list[RoleChoice]
    discord: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChoices:
    members: list[MemberChoice]
    discord: str


Choice = TypeVar("Choice", RoleChoice, MemberChoice)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Choice]):
    """`discord`: answered, away, missing (the bot), not_configured or not_asked."""

    found: list[Choice]
    discord: str


def role_choices(parts: Parts, guild_id: int) -> RoleChoices:
    """The roles that a person can be given, the highest first."""

    def ask() -> list[RoleChoice]:
        roles = parts.discord_guilds.roles(guild_id)
        given = [role for role in roles if not role.managed and role.role_id != guild_id]
        return [_role(role) for role in sorted(given, key=lambda role: -role.position)]

    asked = _asked(parts, f"choices:roles:{guild_id}", ask, RoleChoice)
    return RoleChoices(roles=asked.found, discord=asked.discord)


def member_choices(parts: Parts, guild_id: int, text: str) -> MemberChoices:
    """At most MOST_MEMBERS called so: those that Discord finds, then those known here."""
    asked = _found(parts, guild_id, text)
    with parts.database.read() as connection:
        known = _known(connection, guild_id, text, parts.clock())
    members = {one.user_id: one for one in [*known, *asked.found]}
    order = dict.fromkeys(one.user_id for one in [*asked.found, *known])
    return MemberChoices(
        members=[members[id] for id in order][:MOST_MEMBERS], discord=asked.discord
    )


def _found(parts: Parts, guild_id: int, text: str) -> _Asked[MemberChoice]:
    """By its name at Discord. Where the guild itself cannot be asked for, no text is: Discord holds
    each refusal against this address, and texts are as many as somebody cares to type."""

    def ask() -> list[MemberChoice]:
        found = parts.discord_guilds.search_members(guild_id, text, MOST_MEMBERS)
        return [_member(one) for one in found if not one.user.bot]

    if not text:
        return _Asked([], "not_asked")
    guild = role_choices(parts, guild_id).discord
    if guild != "answered":
        return _Asked([], guild)
    return _asked(parts, f"choices:members:{guild_id}:{folded(text)}", ask, MemberChoice)


def _asked(
    parts: Parts, key: str, ask: Callable[[], list[Choice]], kind: type[Choice]
) -> _Asked[Choice]:
    """What Discord said, from the cache where it is there: JSON of an _Asked."""
    if not parts.discord_guilds.is_configured:
        return _Asked([], "not_configured")

    def compute() -> bytes:
        try:
            return orjson.dumps(_Asked(ask(), "answered"))
        except (DiscordMissingError, DiscordRefusedError):
            return orjson.dumps({"found": [], "discord": "missing"})
        except (DiscordAwayError, DiscordBusyError, LimitsAwayError):
            return orjson.dumps({"found": [], "discord": "away"})

    kept = orjson.loads(parts.values.get_or_compute(key, _kept_ms, compute))
    return _Asked([kind(**one) for one in kept["found"]], kept["discord"])


def _kept_ms(body: bytes) -> int:
    kept = {"answered": ANSWERED_MS, "missing": MISSING_MS, "away": AWAY_MS}
    return kept[orjson.loads(body)["discord"]]


def _role(role: GuildRole) -> RoleChoice:
    color = f"#{role.color:06x}" if role.color else None
    return RoleChoice(role_id=str(role.role_id), name=role.name, color=color)


def _member(member: GuildMember) -> MemberChoice:
    user = member.user
    return MemberChoice(
        user_id=str(user.user_id),
        username=user.username,
        display_name=member.nick or user.global_name,
        avatar=avatar_url(user.user_id, user.avatar, user.discriminator),
    )


def _known(connection: Connection, guild_id: int, text: str, now_ms: int) -> list[MemberChoice]:
    """Who has this id, or is called so: moderators first, as roles are mostly for them."""
    if (user_id := _as_id(text)) is not None:
        return [_shown(user_id, shown_users(connection, [user_id], guild_id))]
    ids = moderators_since(connection, guild_id, now_ms // HOUR_MS - MODERATOR_FOR_HOURS)
    if text:
        ids += members_called(connection, guild_id, folded(text), MOST_MEMBERS)
        ids += find_members(connection, guild_id, text).ids
    people = dict.fromkeys(id for id in ids if id > 0)
    users = shown_users(connection, people, guild_id, asks=False)
    return [_shown(id, users) for id in people if folded(text) in folded(users[id].username or "")]


def _as_id(text: str) -> int | None:
    # A name may be digits as well, but not so many.
    if len(text) < SHORTEST_ID:
        return None
    try:
        return parse_snowflake(text)
    except ValueError:
        return None


def _shown(user_id: int, users: Shown) -> MemberChoice:
    user = users[user_id]
    return MemberChoice(
        user_id=str(user_id), username=user.username, display_name=None, avatar=user.avatar
    )
