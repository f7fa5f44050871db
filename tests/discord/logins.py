"""The steps of a login, each with something wrong in it where a test wants that."""

from urllib.parse import parse_qsl

import httpx

from tests.discord.grants import s256
from tests.discord.server import Discord

CALLBACK = "http://127.0.0.1:8000/api/auth/callback"
VERIFIER = "v" * 43
SCOPE = "identify guilds guilds.members.read"


def authorize_query(discord: Discord, **changes: str) -> dict[str, str]:
    query = {
        "response_type": "code",
        "client_id": str(discord.world.application.id),
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
        "state": "the state",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (query | changes).items() if value}


def returned(answer: httpx.Response) -> dict[str, str]:
    """What a redirect brings back to Modwatch."""
    assert answer.status_code == 302
    address, _, query = answer.headers["location"].partition("?")
    assert address == CALLBACK
    return dict(parse_qsl(query))


def new_code(discord: Discord, ask_unversioned: httpx.Client, **changes: str) -> str:
    query = authorize_query(discord, **changes)
    return returned(ask_unversioned.get("/oauth2/authorize", params=query))["code"]


def token_form(discord: Discord, **changes: str) -> dict[str, str]:
    form = {
        "client_id": str(discord.world.application.id),
        "client_secret": discord.world.application.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return {name: value for name, value in (form | changes).items() if value}


def refresh_form(discord: Discord, refresh_token: str) -> dict[str, str]:
    return token_form(discord, grant_type="refresh_token", refresh_token=refresh_token)


def login(discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client) -> dict[str, str]:
    code = new_code(discord, ask_unversioned)
    tokens: dict[str, str] = ask.post("oauth2/token", data=token_form(discord, code=code)).json()
    return tokens


def works(ask: httpx.Client, access_token: str) -> bool:
    answer = ask.get("users/@me", headers={"Authorization": f"Bearer {access_token}"})
    return answer.status_code == 200


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]
