"""Codes and tokens of OAuth2: who let Modwatch do what, and until when.

RFC 6749 (codes, tokens), RFC 7636 (PKCE), RFC 7009 (revocation), and where these leave it open,
what Discord does: https://discord.com/developers/docs/topics/oauth2
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from tests.discord.clock import Clock

CODE_LIFE_MS = 600_000
TOKEN_LIFE_SECONDS = 604_800


class OAuthError(Exception):
    """A refusal in the words of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str | None = None, status: int = 400) -> None:
        super().__init__(description or error)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    user_id: int
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    user_id: int
    scopes: tuple[str, ...]
    access_token: str
    refresh_token: str
    expires_ms: int


class Grants:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}

    def issue_code(
        self, user_id: int, scopes: tuple[str, ...], redirect_uri: str, challenge: str | None
    ) -> str:
        code = secrets.token_urlsafe(22)
        self._codes[code] = Code(
            user_id=user_id,
            scopes=scopes,
            redirect_uri=redirect_uri,
            challenge=challenge,
            made_ms=self._clock.now_ms(),
        )
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str | None) -> Grant:
        """Exchange a code, which serves once whether that works or not. Raises OAuthError."""
        made = self._codes.pop(code, None)
        if made is None or self._clock.now_ms() >= made.made_ms + CODE_LIFE_MS:
            raise OAuthError("invalid_grant", 'Invalid "code" in request.')
        if redirect_uri != made.redirect_uri:
            raise OAuthError("invalid_grant", 'Invalid "redirect_uri" in request.')
        _verify(made.challenge, verifier)
        return self.issue(made.user_id, made.scopes)

    def issue(self, user_id: int, scopes: tuple[str, ...]) -> Grant:
        """Tokens as if the user had just agreed."""
        grant = Grant(
            user_id=user_id,
            scopes=scopes,
            access_token=secrets.token_urlsafe(22),
            refresh_token=secrets.token_urlsafe(22),
            expires_ms=self._clock.now_ms() + TOKEN_LIFE_SECONDS * 1000,
        )
        self._by_access[grant.access_token] = grant
        self._by_refresh[grant.refresh_token] = grant
        return grant

    def refresh(self, refresh_token: str) -> Grant:
        """New tokens for old: a refresh token serves once, and its access token ends with it."""
        old = self._by_refresh.pop(refresh_token, None)
        if old is None:
            raise OAuthError("invalid_grant")
        self._end(old)
        return self.issue(old.user_id, old.scopes)

    def revoke(self, token: str) -> None:
        """End all tokens of the user to whom `token` belongs, as Discord does; unknown is fine."""
        grant = self._by_access.get(token) or self._by_refresh.get(token)
        if grant is not None:
            self.revoke_user(grant.user_id)

    def revoke_user(self, user_id: int) -> None:
        self._codes = {key: code for key, code in self._codes.items() if code.user_id != user_id}
        for grant in list(self._by_access.values()):
            if grant.user_id == user_id:
                self._end(grant)

    def find(self, access_token: str) -> Grant | None:
        """The grant behind a token that is valid now."""
        grant = self._by_access.get(access_token)
        if grant is None or self._clock.now_ms() >= grant.expires_ms:
            return None
        return grant

    def _end(self, grant: Grant) -> None:
        self._by_access.pop(grant.access_token, None)
        self._by_refresh.pop(grant.refresh_token, None)


def _verify(challenge: str | None, verifier: str | None) -> None:
    """A verifier without a challenge is refused too: someone may have cut the challenge out."""
    if challenge is not None and not verifier:
        raise OAuthError("invalid_request", 'Missing "code_verifier" in request.')
    if verifier and challenge != s256(verifier):
        raise OAuthError("invalid_grant", 'Invalid "code_verifier" in request.')


def s256(verifier: str) -> str:
    """The challenge that belongs to `verifier` (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
