"""Encryption of what must be read again, such as Discord's tokens: Fernet under the secret key."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken


class SecretBox:
    def __init__(self, secret_key: str, purpose: str) -> None:
        key = sha256(f"modwatch:{purpose}:{secret_key}".encode()).digest()
        self._fernet = Fernet(urlsafe_b64encode(key))

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text; None for what was not sealed here, or was altered."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, UnicodeEncodeError):
            return None
