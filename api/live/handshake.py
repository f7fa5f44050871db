"""Whether a request may become a WebSocket at all (RFC 6455, section 4.2.1)."""

from __future__ import annotations

import binascii
from base64 import b64decode

from werkzeug.datastructures import Headers

from api.http.errors import Problem

VERSION = "13"
KEY_BYTES = 16


def require_handshake(headers: Headers) -> None:
    """Raises Problem: 426 where it is no upgrade or one of another version, 400 without a key."""
    wants = {word.strip().lower() for word in headers.get("Connection", "").split(",")}
    is_upgrade = headers.get("Upgrade", "").lower() == "websocket" and "upgrade" in wants
    if not is_upgrade or headers.get("Sec-WebSocket-Version") != VERSION:
        needs = {"Upgrade": "websocket", "Sec-WebSocket-Version": VERSION}
        raise Problem(426, "this address takes WebSockets of version 13", headers=needs)
    if not _is_key(headers.get("Sec-WebSocket-Key", "")):
        raise Problem(400, "Sec-WebSocket-Key must be 16 bytes in Base64")


def _is_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False
