"""JSON of a whole guild, as its bots see it."""

from tests.discord.shapes import Json, role_json
from tests.discord.state import Guild


def guild_json(guild: Guild, with_counts: bool) -> Json:
    counts = {
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": len(guild.members),
    }
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "owner_id": str(guild.owner_id),
        "roles": [role_json(role, place) for place, role in enumerate(guild.roles.values())],
        **_LOOKS,
        **_CHANNELS,
        **_SETTINGS,
        **(counts if with_counts else {}),
    }


_LOOKS: Json = {
    "description": None,
    "home_header": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "vanity_url_code": None,
    "features": [],
    "emojis": [],
    "stickers": [],
}
_CHANNELS: Json = {
    "afk_channel_id": None,
    "system_channel_id": None,
    "widget_channel_id": None,
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "public_updates_channel_id": None,
}
_SETTINGS: Json = {
    "application_id": None,
    "region": "deprecated",
    "afk_timeout": 300,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "verification_level": 0,
    "default_message_notifications": 0,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_presences": None,
    "max_members": 500_000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "preferred_locale": "en-US",
    "nsfw": False,
    "nsfw_level": 0,
    "incidents_data": None,
}
