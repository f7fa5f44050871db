"""Discord's OAuth2 and what a logged-in person may be asked for (discord.com/developers/docs)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from adapters.settings import Settings

T = TypeVar("T")
SCOPES = "identify guilds guilds.members.read"
TIMEOUT_SECONDS = 3.0


class DiscordAwayError(Exception):
    """Discord did not answer, was too slow, or asked to wait."""


class DiscordRefusedError(Exception):
    """Discord no longer takes this token or code: consent was revoked, or it ran out."""


@dataclass(frozen=True, slots=True)
class DiscordToken:
    access: str
    refresh: str
    expires_in_seconds: int


@dataclass(frozen=True, slots=True)
class DiscordUser:
    user_id: int
    username: str
    discriminator: str | None
    avatar: str | None


@dataclass(frozen=True, slots=True)
class DiscordGuild:
    """A guild the person is in; `permissions` are Discord's bits."""

    guild_id: int
    name: str
    icon: str | None
    owner: bool
    permissions: int


class DiscordLogin:
    """Raises DiscordAwayError or DiscordRefusedError from every call to Discord."""

    def __init__(self, settings: Settings) -> None:
        self._api = settings.discord_api_url
        self._client_id = settings.discord_client_id
        self._client_secret = settings.discord_client_secret
        self._redirect_uri = f"{settings.public_url}/api/auth/callback"

    @property
    def is_configured(self) -> bool:
        return bool(self._client_id and self._client_secret)

    def authorization_url(self, state: str, code_verifier: str) -> str:
        parts = urlsplit(self._api)
        page = f"{parts.scheme}://{parts.netloc}/oauth2/authorize"
        url, _ = self._session().create_authorization_url(
            page, state=state, code_verifier=code_verifier, prompt="none"
        )
        return str(url)

    def exchange(self, code: str, code_verifier: str) -> DiscordToken:
        """The token for a code that Discord sent back."""
        return self._token(
            lambda session: session.fetch_token(
                f"{self._api}/oauth2/token", code=code, code_verifier=code_verifier
            )
        )

    def refresh(self, refresh_token: str) -> DiscordToken:
        return self._token(
            lambda session: session.refresh_token(f"{self._api}/oauth2/token", refresh_token)
        )

    def revoke(self, access_token: str) -> None:
        self._ask(partial(_revoke, url=f"{self._api}/oauth2/token/revoke", token=access_token))

    def user(self, access_token: str) -> DiscordUser:
        body = self._get(access_token, "/users/@me")
        discriminator = body.get("discriminator")
        return DiscordUser(int(body["id"]), body["username"], discriminator, body.get("avatar"))

    def guilds(self, access_token: str) -> list[DiscordGuild]:
        """Every guild of the person; Discord's limit of 200 guilds is one page."""
        return [
            DiscordGuild(
                int(guild["id"]),
                guild["name"],
                guild.get("icon"),
                bool(guild["owner"]),
                int(guild["permissions"]),
            )
            for guild in self._get(access_token, "/users/@me/guilds")
        ]

    def member_role_ids(self, access_token: str, guild_id: int) -> list[int]:
        """The person's roles within a guild."""
        member = self._get(access_token, f"/users/@me/guilds/{guild_id}/member")
        return [int(role_id) for role_id in member["roles"]]

    def _get(self, access_token: str, path: str) -> Any:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self._ask(
            lambda session: requests.get(
                f"{self._api}{path}", headers=headers, timeout=TIMEOUT_SECONDS
            )
        ).json()

    def _token(self, fetch: Callable[[OAuth2Session], dict[str, Any]]) -> DiscordToken:
        try:
            token = fetch(self._session())
        except OAuthError as error:
            raise DiscordRefusedError(str(error)) from None
        except (requests.RequestException, ValueError) as error:
            # authlib raises the first for 5xx, the second for a body that is no JSON.
            raise DiscordAwayError(str(error)) from None
        if "access_token" not in token:
            raise DiscordAwayError("Discord gave no token")  # the body of a 429, for instance
        return DiscordToken(token["access_token"], token["refresh_token"], token["expires_in"])

    def _ask(self, send: Callable[[OAuth2Session], requests.Response]) -> requests.Response:
        try:
            response = send(self._session())
        except requests.RequestException as error:
            raise DiscordAwayError(str(error)) from None
        if response.status_code in (401, 403):
            raise DiscordRefusedError(f"Discord answered {response.status_code}")
        if response.status_code != 200:
            raise DiscordAwayError(f"Discord answered {response.status_code}")
        return response

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._client_id,
            self._client_secret,
            scope=SCOPES,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )
        session.default_timeout = TIMEOUT_SECONDS
        return session


def _revoke(session: OAuth2Session, url: str, token: str) -> requests.Response:
    revoke: Callable[..., requests.Response] = session.revoke_token
    return revoke(url, token=token, token_type_hint="access_token", timeout=TIMEOUT_SECONDS)
