"""What a browser keeps while a person is on Discord's page: a handshake for each login begun."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from adapters.secret_box import SecretBox

# How long a person may take on Discord's page.
HANDSHAKE_SECONDS = 600
AT_ONCE = 5
# Browsers keep no cookie of more than 4 KiB, name and attributes included.
MOST_SEALED = 3_600


class LoginFailedError(Exception):
    """No login came of it; the message is for the log, `place` where the login began."""

    def __init__(self, message: str, place: str = "/") -> None:
        super().__init__(message)
        self.place = place


class Handshake(msgspec.Struct):
    """What must be the same when Discord sends the person back, and where they then go on."""

    state: str
    code_verifier: str
    begun_ms: int
    place: str = "/"


@dataclass(frozen=True, slots=True)
class Handshakes:
    """Sealed in a cookie; two tabs may log in at once, and each comes back with its own state."""

    box: SecretBox
    clock: Callable[[], int]

    def begin(self, sealed: str, place: str) -> tuple[Handshake, str]:
        """A new handshake, and the cookie with it and those begun before."""
        begun = Handshake(secrets.token_urlsafe(24), secrets.token_urlsafe(48), self.clock(), place)
        kept = [begun, *self._in_time(self._opened(sealed))][:AT_ONCE]
        while len(cookie := self._sealed(kept)) > MOST_SEALED and len(kept) > 1:
            kept.pop()
        return begun, cookie

    def take(self, sealed: str, state: str) -> tuple[Handshake, str]:
        """The handshake of `state`, and the cookie without it. Raises LoginFailedError."""
        held = self._opened(sealed)
        found = [each for each in held if _is_same(each.state, state)]
        if not found:
            raise LoginFailedError("the state is not one that we sent to this browser")
        left = [each for each in held if each not in found]
        return found[0], self._sealed(left) if left else ""

    def holds(self, sealed: str) -> bool:
        """Whether a cookie has handshakes of ours."""
        return self._opened(sealed) != []

    def is_in_time(self, handshake: Handshake) -> bool:
        """Not less than 0: it may have begun on a host whose clock is a little ahead."""
        return abs(self.clock() - handshake.begun_ms) < HANDSHAKE_SECONDS * 1000

    def _in_time(self, handshakes: list[Handshake]) -> list[Handshake]:
        return [each for each in handshakes if self.is_in_time(each)]

    def _sealed(self, handshakes: list[Handshake]) -> str:
        return self.box.seal(msgspec.json.encode(handshakes).decode())

    def _opened(self, sealed: str) -> list[Handshake]:
        """Newest first; none where the cookie is not ours."""
        text = self.box.open(sealed)
        try:
            return msgspec.json.decode(text or "[]", type=list[Handshake])
        except msgspec.DecodeError:
            return []  # of a version that kept one only


def _is_same(state: str, other: str) -> bool:
    return secrets.compare_digest(state.encode(), other.encode())
