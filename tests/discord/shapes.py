"""JSON of Discord's objects, with every field that its description requires."""

from datetime import UTC, datetime

from tests.discord.state import Application, Guild, Member, Role, User, Webhook

Json = dict[str, object]


def time_json(timestamp_ms: int) -> str:
    """Discord's times have microseconds and an offset."""
    moment = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    return moment.isoformat(timespec="microseconds")


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.username,
        "global_name": user.global_name,
        "avatar": user.avatar,
        "discriminator": user.discriminator,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        **({"bot": True} if user.bot else {}),
    }


def me_json(user: User) -> Json:
    """The user as they see themselves; without the scope `email` there is no email."""
    return {**user_json(user), "locale": "en-US", "mfa_enabled": True, "premium_type": 0}


def my_guild_json(guild: Guild, user_id: int, with_counts: bool) -> Json:
    counts = {
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": len(guild.members),
    }
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "banner": None,
        "owner": guild.owner_id == user_id,
        "permissions": str(guild.permissions_of(user_id)),
        "features": [],
        **(counts if with_counts else {}),
    }


def member_json(member: Member, user: User) -> Json:
    return {
        "user": user_json(user),
        "nick": member.nick,
        "roles": [str(role_id) for role_id in member.role_ids],
        "joined_at": time_json(member.joined_at_ms),
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "premium_since": None,
        "flags": 0,
        "pending": False,
        "mute": False,
        "deaf": False,
    }


def role_json(role: Role, position: int) -> Json:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": position,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def webhook_json(webhook: Webhook) -> Json:
    return {
        "id": str(webhook.id),
        "type": 1,
        "application_id": None,
        "guild_id": str(webhook.guild_id),
        "channel_id": str(webhook.channel_id),
        "name": webhook.name,
        "avatar": None,
        "token": webhook.token,
    }


def application_json(application: Application) -> Json:
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": "",
        "type": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
    }
