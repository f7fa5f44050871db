"""The link in each mail that ends such mails for its address: signed, so that nobody makes one.

It holds no address, only the hash that `unsubscribed` has as well. It stays good for as long as the
secret key: an old mail must still be a way out.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from adapters.settings import Settings


class About(StrEnum):
    """What a link ends, by where it leads: a channel's notifications, or a scheduled report."""

    CHANNEL = "/notifications/stop"
    REPORT = "/reports/stop"


_MAC_BYTES = 16
_LENGTHS = (8, 16, 32, _MAC_BYTES)  # guild, channel or schedule, hash of the address, signature


@dataclass(frozen=True, slots=True)
class Stop:
    """`id` of the channel, or of the report's schedule; `address_hash` in hexadecimal digits."""

    guild_id: int
    id: UUID
    address_hash: str


class StopLinks:
    def __init__(self, settings: Settings) -> None:
        self.public_url = settings.public_url
        self._keys = [
            sha256(f"modwatch:stop links:{key}".encode()).digest() for key in settings.secret_keys
        ]

    def link(self, stop: Stop, about: About = About.CHANNEL) -> str:
        guild = stop.guild_id.to_bytes(8, "big")
        body = guild + stop.id.bytes + bytes.fromhex(stop.address_hash)
        token = urlsafe_b64encode(body + _mac(self._keys[0], body, about)).decode()
        return f"{self.public_url}{about}/{token}"

    def read(self, token: str, about: About = About.CHANNEL) -> Stop | None:
        """What the token of a link about this is about; None for one that is not ours."""
        try:
            whole = urlsafe_b64decode(token)
        except (Error, ValueError):
            return None
        body = whole[:-_MAC_BYTES]
        if len(whole) != sum(_LENGTHS) or not self._is_ours(body, whole[-_MAC_BYTES:], about):
            return None
        return Stop(int.from_bytes(body[:8], "big"), UUID(bytes=body[8:24]), body[24:].hex())

    def _is_ours(self, body: bytes, mac: bytes, about: About) -> bool:
        """A mail of last year has a link under the key of then."""
        return any(hmac.compare_digest(mac, _mac(key, body, about)) for key in self._keys)


def _mac(key: bytes, body: bytes, about: About) -> bytes:
    """A link about one thing is none about another; those of channels are as they always were."""
    said = body if about is About.CHANNEL else about.encode() + body
    return hmac.new(key, said, sha256).digest()[:_MAC_BYTES]
