"""Discord's OAuth2 and what a logged-in person may be asked for (discord.com/developers/docs).

authlib is read when somebody logs in: with what it brings along, two hundred modules that most
processes never need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests

from adapters.settings import Settings

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

T = TypeVar("T")
SCOPES = "identify guilds guilds.members.read"
TIMEOUT_SECONDS = 3.0


class DiscordAwayError(Exception):
    """Discord gave no answer that says anything: too slow, broken, or asking to wait."""


class DiscordSilentError(DiscordAwayError):
    """Nobody's questions are answered now."""


class DiscordMissingError(DiscordAwayError):
    """Discord knows no such thing."""


class DiscordRefusedError(Exception):
    """Discord no longer takes this token or code: consent was revoked, or it ran out."""


# Read from Discord's JSON, where snowflakes and permissions are text.
class DiscordToken(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str
    expires_in: int  # seconds


class DiscordUser(msgspec.Struct, frozen=True, rename={"user_id": "id"}):
    user_id: int
    username: str
    discriminator: str | None = None
    avatar: str | None = None


class DiscordGuild(msgspec.Struct, frozen=True, rename={"guild_id": "id"}):
    """A guild the person is in; `permissions` are Discord's bits."""

    guild_id: int
    name: str
    owner: bool
    permissions: int
    icon: str | None = None


class DiscordMember(msgspec.Struct, frozen=True):
    roles: list[int]


class DiscordLogin:
    """Raises DiscordAwayError or DiscordRefusedError from every call to Discord."""

    def __init__(
        self,
        settings: Settings,
        note_answer: Callable[[int, Mapping[str, str]], None] = lambda status, headers: None,
        note_silence: Callable[[], None] = lambda: None,
    ) -> None:
        """`note_answer` hears the status and headers of every answer, `note_silence` of none."""
        self._note_answer, self._note_silence = note_answer, note_silence
        self._api = settings.discord_api_url
        self._client_id = settings.discord_client_id
        self._client_secret = settings.discord_client_secret
        self._redirect_uri = settings.login_redirect_url

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
        url = f"{self._api}/oauth2/token/revoke"
        self._ask(lambda: _revoke(self._session(), url, access_token))

    def user(self, access_token: str) -> DiscordUser:
        return self._get(access_token, "/users/@me", DiscordUser)

    def guilds(self, access_token: str) -> list[DiscordGuild]:
        """Every guild of the person; Discord's limit of 200 guilds is one page."""
        return self._get(access_token, "/users/@me/guilds", list[DiscordGuild])

    def member_role_ids(self, access_token: str, guild_id: int) -> list[int]:
        """The person's roles within a guild; none where they have just left it."""
        path = f"/users/@me/guilds/{guild_id}/member"
        try:
            return self._get(access_token, path, DiscordMember).roles
        except DiscordMissingError:
            return []

    def _get(self, access_token: str, path: str, shape: type[T]) -> T:
        headers = {"Authorization": f"Bearer {access_token}"}
        response = self._ask(
            lambda: requests.get(
                f"{self._api}{path}",
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                hooks={"response": self._note},
            )
        )
        try:
            return msgspec.json.decode(response.content, type=shape, strict=False)
        except ValueError as error:
            raise DiscordAwayError(f"Discord's answer makes no sense: {error}") from None

    def _token(self, fetch: Callable[[OAuth2Session], dict[str, Any]]) -> DiscordToken:
        from authlib.integrations.base_client import OAuthError

        try:
            # What is no token, such as the body of a 429, has no such fields.
            return msgspec.convert(fetch(self._session()), DiscordToken)
        except OAuthError as error:
            if error.error == "invalid_grant":
                raise DiscordRefusedError(str(error)) from None
            # Whatever else is wrong, such as our own client secret, is not the person's doing.
            raise DiscordAwayError(str(error)) from None
        except requests.JSONDecodeError as error:
            raise DiscordAwayError(str(error)) from None
        except requests.RequestException as error:
            self._note_silence()
            raise DiscordSilentError(str(error)) from None  # authlib's for 5xx as well
        except (ValueError, TypeError) as error:
            # Some bodies make authlib stumble before they can be looked at here.
            raise DiscordAwayError(str(error)) from None

    def _ask(self, send: Callable[[], requests.Response]) -> requests.Response:
        try:
            response = send()
        except requests.RequestException as error:
            self._note_silence()
            raise DiscordSilentError(str(error)) from None
        status = response.status_code
        if status != 200:
            raise _error_of(status)(f"Discord answered {status}")
        return response

    def _note(self, response: requests.Response, *_: object, **__: object) -> None:
        self._note_answer(response.status_code, response.headers)

    def _session(self) -> OAuth2Session:
        from authlib.integrations.requests_client import OAuth2Session

        session = OAuth2Session(
            self._client_id,
            self._client_secret,
            scope=SCOPES,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )
        session.default_timeout = TIMEOUT_SECONDS
        session.hooks["response"].append(self._note)
        return session


def _error_of(status: int) -> type[DiscordAwayError | DiscordRefusedError]:
    """A 403 is about us, not about the person: it comes from what stands in front of Discord."""
    if status == 401:
        return DiscordRefusedError
    if status == 404:
        return DiscordMissingError
    return DiscordSilentError if status >= 500 else DiscordAwayError


def _revoke(session: OAuth2Session, url: str, token: str) -> requests.Response:
    revoke: Callable[..., requests.Response] = session.revoke_token
    return revoke(url, token=token, token_type_hint="access_token", timeout=TIMEOUT_SECONDS)
