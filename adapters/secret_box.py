"""Encryption of what must be read again, such as Discord's tokens: Fernet under the secret key.

A key is changed in three steps: MODWATCH_SECRET_KEY gets the new one and MODWATCH_SECRET_KEY_OLD
the one before, `modwatch secrets reseal` seals everything anew, and the old one is taken away.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class UnreadableSecretError(Exception):
    """Something sealed that none of our keys opens."""

    def __init__(self) -> None:
        super().__init__(
            "what is stored here was sealed under another secret key: the operator has to give it"
            " in MODWATCH_SECRET_KEY_OLD"
        )


class SecretBox:
    """Seals under the first of `secret_keys`, opens what any of them sealed."""

    def __init__(self, secret_keys: Sequence[str], purpose: str) -> None:
        keys = [sha256(f"modwatch:{purpose}:{key}".encode()).digest() for key in secret_keys]
        self._newest, *_ = boxes = [Fernet(urlsafe_b64encode(key)) for key in keys]
        self._any = MultiFernet(boxes)

    def seal(self, text: str) -> str:
        return self._newest.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text; None for what was not sealed here, or was altered."""
        return _opened(self._any, sealed)

    def unseal(self, sealed: str) -> str:
        """The text of what we stored ourselves. Raises UnreadableSecretError."""
        text = self.open(sealed)
        if text is None:
            raise UnreadableSecretError
        return text

    def resealed(self, sealed: str) -> str:
        """The same under the newest key, unchanged where it is. Raises UnreadableSecretError."""
        if _opened(self._newest, sealed) is not None:
            return sealed
        return self.seal(self.unseal(sealed))


def guild_secrets(secret_keys: Sequence[str]) -> SecretBox:
    """For what guilds entrust to us, such as the addresses of webhooks."""
    return SecretBox(secret_keys, "guild secrets")


def _opened(box: Fernet | MultiFernet, sealed: str) -> str | None:
    try:
        return box.decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeEncodeError):
        return None
