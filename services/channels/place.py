"""Where a Discord webhook posts to, asked when it is saved: its address does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.channels.base import Setting, SettingsError
from adapters.channels.discord import Discord
from domain.attempts import Outcome
from domain.snowflake import text_or_none
from models.guilds.channel_names import channel_names
from services.container import Parts


@dataclass(frozen=True, slots=True)
class Place:
    """Ids as text; `name` is that of the webhook, `channel_name` what a bot of the server said."""

    server_id: str | None
    channel_id: str | None
    channel_name: str | None
    name: str


def place_of(
    parts: Parts, guild_id: int, kind: str, settings: Mapping[str, Setting]
) -> tuple[Place | None, list[str]]:
    """The place, and what its owner should know. Raises SettingsError where there is none."""
    if kind != Discord.kind:
        return None, []
    attempt, found = Discord().place(settings, parts.ways())
    if attempt.outcome is Outcome.DEAD:
        raise SettingsError({"url": "is the address of a webhook that Discord does not know"})
    if found is None:
        return None, ["Discord did not answer, so it is not known where this webhook posts to."]
    is_here = found.guild_id == guild_id
    place = Place(
        server_id=text_or_none(found.guild_id),
        channel_id=text_or_none(found.channel_id),
        channel_name=_channel_name(parts, guild_id, found.channel_id) if is_here else None,
        name=found.name,
    )
    return place, [] if is_here else ["This webhook posts to another server than this one."]


def _channel_name(parts: Parts, guild_id: int, channel_id: int | None) -> str | None:
    if channel_id is None:
        return None
    with parts.database.read() as connection:
        return channel_names(connection, guild_id, [channel_id]).get(channel_id)
