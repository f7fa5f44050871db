"""How a message looks on Discord, within the limits of its API, and mentioning nobody unasked."""

from __future__ import annotations

from typing import Any

from adapters.channels.wording import (
    OPEN_WORDS,
    STATE_WORDS,
    colour,
    fitted,
    headline,
    paragraphs,
    without_controls,
)
from domain.clock import rfc3339
from domain.messages import Message, MessageKind
from domain.one_line import isolated

# Discord allows 2000, 4096 and 25 fields of 256 and 1024, but 6000 in an embed altogether.
MOST_HEADLINE, MOST_TEXT, MOST_FIELDS, MOST_NAME, MOST_VALUE = 500, 2500, 20, 60, 100
MOST_FOOTER = 200
SUPPRESS_NOTIFICATIONS = 4096
ACTION_ROW, BUTTON, LINK_STYLE = 1, 2, 5
RINGS = (MessageKind.FIRING, MessageKind.REMINDER, MessageKind.NOTIFICATION, MessageKind.BUNDLED)
_MARKDOWN = frozenset("\\`*_~|[]()<>@#:")


def new(message: Message) -> dict[str, Any]:
    """A message of its own; the role is mentioned only where something begins or goes on."""
    role = message.mention_role if message.kind in RINGS and not message.is_silent else None
    mention = "" if role is None else f"<@&{role}> "
    body = edited(message) | {"content": mention + _headline(message)}
    if role is not None:
        body["allowed_mentions"] = {"parse": [], "roles": [str(role)]}
    return body | ({"flags": SUPPRESS_NOTIFICATIONS} if message.is_silent else {})


def edited(message: Message) -> dict[str, Any]:
    """What stands in the place of the message that began the story."""
    return {
        "content": _headline(message),
        "embeds": [_embed(message)],
        "components": [{"type": ACTION_ROW, "components": [link_button(OPEN_WORDS, message.link)]}],
        "allowed_mentions": {"parse": []},
    }


def silent_line(message: Message) -> dict[str, Any]:
    """That something changed further up, for who reads along; nothing rings."""
    return {
        "content": _headline(message),
        "flags": SUPPRESS_NOTIFICATIONS,
        "allowed_mentions": {"parse": []},
    }


def _headline(message: Message) -> str:
    return fitted(without_controls(headline(message)), MOST_HEADLINE, _escape)


def _embed(message: Message) -> dict[str, Any]:
    return {
        "title": STATE_WORDS[message.kind],
        "url": message.link,
        "description": fitted("\n\n".join(paragraphs(message)), MOST_TEXT, _escape),
        "color": int(colour(message), 16),
        "timestamp": rfc3339(message.happened_ms),
        "footer": {"text": fitted(isolated(message.guild_name), MOST_FOOTER)},
        "fields": [
            {
                "name": fitted(without_controls(fact.name), MOST_NAME, _escape),
                "value": fitted(fact.value, MOST_VALUE, _escape),
                "inline": True,
            }
            for fact in message.facts[:MOST_FIELDS]
            if fact.name.strip() and fact.value.strip()
        ],
    }


def link_button(label: str, url: str) -> dict[str, Any]:
    return {"type": BUTTON, "style": LINK_STYLE, "label": label, "url": url}


def _escape(letter: str) -> str:
    return f"\\{letter}" if letter in _MARKDOWN else letter
