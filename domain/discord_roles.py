"""What Discord's view of a member means for the role in Modwatch."""

from __future__ import annotations

from msgspec import Struct

from domain.roles import Admin, Moderator, Owner, Viewer

# discord.com/developers/docs/topics/permissions
ADMINISTRATOR = 1 << 3


class MemberGuild(Struct, frozen=True):
    """A guild somebody is in; `role_ids` is None until they could make a difference."""

    guild_id: int
    name: str
    icon: str | None
    owner: bool
    permissions: int
    role_ids: list[int] | None = None


def needs_member_roles(guild: MemberGuild) -> bool:
    """Whether the person's Discord roles could make a difference and are not known."""
    return guild.role_ids is None and not guild.owner and not guild.permissions & ADMINISTRATOR


def role_from_discord(guild: MemberGuild, mod_role_id: int | None) -> type[Viewer] | None:
    """Guild owner -> Owner, ADMINISTRATOR -> Admin, the guild's moderator role -> Moderator."""
    if guild.owner:
        return Owner
    if guild.permissions & ADMINISTRATOR:
        return Admin
    if mod_role_id is not None and mod_role_id in (guild.role_ids or ()):
        return Moderator
    return None
