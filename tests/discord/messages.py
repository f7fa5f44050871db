"""Reads the message that a client posts to a webhook, and refuses what Discord would refuse."""

import email
import email.policy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.discord.description import component
from tests.discord.errors import complaint, empty_message, invalid_form, invalid_json, too_large
from tests.discord.exchange import Request
from tests.discord.form import check

MOST_BYTES = 10 << 20  # the smallest upload limit of any guild
MOST_EMBED_CHARACTERS = 6000
RESERVED_NAMES = ("clyde", "discord")
CONTENTS = ("content", "embeds", "components", "poll")


@dataclass
class Posted:
    """A message as it was sent, and the files with it as `{filename, content_type, size}`."""

    payload: dict[str, Any]
    files: list[dict[str, Any]] = field(default_factory=list)


NEW, EDITED = "IncomingWebhookRequestPartial", "IncomingWebhookUpdateRequestPartial"


def read_message(request: Request, described_as: str = NEW) -> Posted:
    """Raises DiscordError."""
    if len(request.body) > MOST_BYTES:
        raise too_large()
    posted = _read(request)
    errors = check(component(described_as), posted.payload)
    if errors := errors or _further_errors(posted.payload):
        raise invalid_form(errors)
    if not posted.files and not any(posted.payload.get(name) for name in CONTENTS):
        raise empty_message()
    return posted


def _read(request: Request) -> Posted:
    match request.media_type():
        case "application/json":
            return Posted(_json(request.body))
        case "application/x-www-form-urlencoded":
            return Posted(dict(request.form()))
        case "multipart/form-data":
            return _read_parts(request)
        case _:
            return Posted({})


def _read_parts(request: Request) -> Posted:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    posted = Posted({})
    for part in email.message_from_bytes(
        head + request.body, policy=email.policy.HTTP
    ).iter_parts():
        content, name = part.get_payload(decode=True), part.get_filename()
        assert isinstance(content, bytes)
        if name is not None:
            kind = part.get_content_type()
            posted.files.append({"filename": name, "content_type": kind, "size": len(content)})
        elif part.get_param("name", header="content-disposition") == "payload_json":
            posted.payload = _json(content)
    return posted


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise invalid_json() from None


def _further_errors(payload: dict[str, Any]) -> dict[str, object]:
    """What Discord refuses beyond its description."""
    if sum(map(len, _embed_texts(payload))) > MOST_EMBED_CHARACTERS:
        most = f"Embed size exceeds maximum size of {MOST_EMBED_CHARACTERS}"
        return {"embeds": complaint("MAX_EMBED_SIZE_EXCEEDED", most)}
    name = payload.get("username") or ""
    for reserved in RESERVED_NAMES:
        if reserved in name.lower():
            wrong = f'Username cannot contain "{reserved}"'
            return {"username": complaint("USERNAME_INVALID_CONTAINS", wrong)}
    return {}


def _embed_texts(payload: dict[str, Any]) -> Iterator[str]:
    """The texts that count towards the size of all embeds together."""
    for embed in payload.get("embeds") or ():
        yield embed.get("title") or ""
        yield embed.get("description") or ""
        yield (embed.get("footer") or {}).get("text") or ""
        yield (embed.get("author") or {}).get("name") or ""
        for each in embed.get("fields") or ():
            yield each["name"] + each["value"]
