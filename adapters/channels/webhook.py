"""A webhook of the owner's own, signed by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import hmac
import secrets as randomness
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import orjson

from adapters.channels.base import Channel, Field, Lane, OnSending, Setting, Settings
from adapters.channels.exchange import exchange
from adapters.channels.ways import Ways
from adapters.channels.wording import fitted
from adapters.outgoing.addresses import checked_address
from domain.attempts import Attempt
from domain.clock import rfc3339
from domain.messages import Message, MessageKind

PREFIX = "whsec_"
SECRET_BYTES = 32
ROTATION_MS = 24 * 60 * 60 * 1000  # for so long the earlier secret signs as well
MOST_BYTES = 20_000
MOST_TEXT, MOST_ENTRIES, MOST_ENTRY = 4000, 25, 200
_ALERTS = (
    MessageKind.FIRING,
    MessageKind.ACKNOWLEDGED,
    MessageKind.RESOLVED,
    MessageKind.REMINDER,
)


class Webhook(Channel):
    kind = "webhook"
    label = "Webhook"
    is_keyed = True
    lane = Lane.ALERT
    takes = frozenset(MessageKind)
    shows_state = True  # a program follows the alert by the types of what it is sent
    fields = (
        Field(
            name="url",
            label="Address",
            help="https on port 443; its answer must be 2xx within 15 seconds",
            is_secret=True,
            check=lambda text, ways: checked_address(text, openings=ways.outgoing.openings),
        ),
        Field(name="signing_secret", label="Signing secret", is_secret=True, is_ours=True),
        Field(name="earlier_secret", label="Earlier secret", is_secret=True, is_ours=True),
        Field(name="earlier_until_ms", label="Earlier secret signs until", is_ours=True),
    )
    setup = (
        "Give the address that takes POST requests with JSON.",
        "Save it and copy the signing secret, shown once; a test before that is signed by another.",
        "Verify each request by a library of standardwebhooks.com; drop a webhook-id seen before.",
    )
    leaves = "Titles, counts, rule names, who acted, the server's id and name, to that address."

    def secrets(self, settings: Settings) -> Iterable[str]:
        parts = urlsplit(str(settings["url"]))
        yield from (part for part in parts.path.split("/") if part)
        yield from (value for pair in parts.query.split("&") for value in pair.split("=", 1)[1:])
        for secret in _secrets(settings, None):
            yield secret.removeprefix(PREFIX)

    def rotated(self, settings: Settings, now_ms: int) -> tuple[dict[str, Setting], str]:
        fresh = PREFIX + b64encode(randomness.token_bytes(SECRET_BYTES)).decode()
        changed: dict[str, Setting] = {**settings, "signing_secret": fresh}
        if earlier := settings.get("signing_secret"):
            changed |= {"earlier_secret": earlier, "earlier_until_ms": str(now_ms + ROTATION_MS)}
        return changed, fresh

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        now_ms, id = ways.clock(), str(message.delivery_id)
        body = _body(message)
        signed = f"{id}.{now_ms // 1000}.".encode() + body
        signatures = [_signature(secret, signed) for secret in _secrets(settings, now_ms)]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": str(now_ms // 1000),
            "webhook-signature": " ".join(signatures),
        }
        url = str(settings["url"])
        return exchange(ways, "POST", url, body, on_sending, headers=headers).attempt


def _secrets(settings: Settings, now_ms: int | None) -> list[str]:
    """The secrets that sign at this time; all that are known where it is None."""
    known = [
        str(settings[name]) for name in ("signing_secret", "earlier_secret") if settings.get(name)
    ]
    until_ms = int(str(settings.get("earlier_until_ms") or 0))
    return known if now_ms is None or now_ms < until_ms else known[:1]


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()


def _body(message: Message) -> bytes:
    """Few and short enough entries that the whole stays below MOST_BYTES in most languages."""
    for entries in (MOST_ENTRIES, 5, 0):
        body = orjson.dumps(_content(message, entries))
        if len(body) < MOST_BYTES:
            return body
    return orjson.dumps(_content(replace(message, text="", report=None), 0))


def _content(message: Message, entries: int) -> dict[str, Any]:
    family = "alert" if message.kind in _ALERTS else "modwatch"
    return {
        "type": f"{family}.{message.kind}",
        "timestamp": rfc3339(message.happened_ms),
        "data": {
            "event_type": message.event_type,
            "priority": message.priority,
            "server": {"id": str(message.guild_id), "name": fitted(message.guild_name, MOST_ENTRY)},
            "title": fitted(message.title, MOST_ENTRY),
            "text": fitted(message.text, MOST_TEXT),
            "facts": [
                {"name": fitted(fact.name, MOST_ENTRY), "value": fitted(fact.value, MOST_ENTRY)}
                for fact in message.facts[:entries]
            ],
            "lines": [fitted(line, MOST_ENTRY) for line in message.lines[:entries]],
            "link": message.link,
            "story": message.story,
        }
        | ({"report": message.report.document} if message.report else {}),
    }
