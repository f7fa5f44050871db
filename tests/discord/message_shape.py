"""JSON of a message that a webhook posted."""

from datetime import UTC, datetime
from typing import Any

from tests.discord.messages import Posted
from tests.discord.shapes import Json, time_json
from tests.discord.state import Webhook

EMBED_FIELDS = ("title", "description", "url", "color", "image", "thumbnail")
NAMED_PARTS = {"footer": "text", "author": "name"}


def message_json(message_id: int, webhook: Webhook, posted: Posted, now_ms: int) -> Json:
    return {
        "id": str(message_id),
        "type": 0,
        "channel_id": str(webhook.channel_id),
        "webhook_id": str(webhook.id),
        "author": _author_json(webhook, posted.payload),
        "content": posted.payload.get("content") or "",
        "embeds": [_embed_json(embed) for embed in posted.payload.get("embeds") or ()],
        "attachments": [
            _attachment_json(message_id + number, webhook, file)
            for number, file in enumerate(posted.files, 1)
        ],
        "timestamp": time_json(now_ms),
        "edited_timestamp": None,
        "flags": posted.payload.get("flags") or 0,
        "tts": bool(posted.payload.get("tts")),
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "components": [],
        "pinned": False,
    }


def _author_json(webhook: Webhook, payload: dict[str, Any]) -> Json:
    return {
        "id": str(webhook.id),
        "username": payload.get("username") or webhook.name,
        "global_name": None,
        "avatar": None,
        "discriminator": "0000",
        "public_flags": 0,
        "flags": 0,
        "bot": True,
        "primary_guild": None,
    }


def _embed_json(embed: dict[str, Any]) -> Json:
    """Every embed of a webhook is `rich`; a footer without text and its like are dropped."""
    shown: Json = {"type": "rich"}
    for name in EMBED_FIELDS:
        if embed.get(name) is not None:
            shown[name] = _without_nulls(embed[name])
    for name, needed in NAMED_PARTS.items():
        if (embed.get(name) or {}).get(needed):
            shown[name] = _without_nulls(embed[name])
    if embed.get("timestamp"):
        moment = datetime.fromisoformat(embed["timestamp"])
        in_utc = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        shown["timestamp"] = in_utc.isoformat()
    if embed.get("fields"):
        shown["fields"] = [each | {"inline": bool(each.get("inline"))} for each in embed["fields"]]
    return shown


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if each is not None}


def _attachment_json(attachment_id: int, webhook: Webhook, file: dict[str, Any]) -> Json:
    path = f"attachments/{webhook.channel_id}/{attachment_id}/{file['filename']}"
    return {
        "id": str(attachment_id),
        **file,
        "url": f"https://cdn.discordapp.com/{path}",
        "proxy_url": f"https://media.discordapp.net/{path}",
    }
