"""The exchange of a code for tokens, and everything that may be wrong with it."""

import base64
import warnings

import httpx
import pytest

from tests.discord.conftest import Headers
from tests.discord.grants import TOKEN_LIFE_SECONDS
from tests.discord.logins import (
    CALLBACK,
    SCOPE,
    VERIFIER,
    authorize_query,
    new_code,
    refusal,
    returned,
    token_form,
)
from tests.discord.server import Discord

pytestmark = pytest.mark.usefixtures("registered")


def test_a_login_gives_tokens(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client, ada: int
) -> None:
    sent = authorize_query(discord)
    back = returned(ask_unversioned.get("/oauth2/authorize", params=sent))
    assert back["state"] == "the state"
    answer = ask.post("oauth2/token", data=token_form(discord, code=back["code"]))
    tokens = answer.json()
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", SCOPE)
    assert tokens["expires_in"] == TOKEN_LIFE_SECONDS
    assert answer.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    authorization = ask.get("oauth2/@me", headers=headers).json()
    assert authorization["user"]["id"] == str(ada)
    assert authorization["scopes"] == SCOPE.split()


def test_a_library_logs_in(discord: Discord, ask_unversioned: httpx.Client) -> None:
    # It prefers httpx2, which nothing else here needs, and says so past every filter.
    with warnings.catch_warnings(record=True):
        from authlib.integrations.httpx_client import OAuth2Client

    application = discord.world.application
    with OAuth2Client(
        str(application.id),
        application.client_secret,
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    ) as client:
        page = f"{discord.url}/oauth2/authorize"
        address, state = client.create_authorization_url(page, code_verifier=VERIFIER)
        back = ask_unversioned.get(address).headers["location"]
        url = f"{discord.api_url}/oauth2/token"
        client.fetch_token(url, authorization_response=back, state=state, code_verifier=VERIFIER)
        assert client.get(f"{discord.api_url}/users/@me").json()["username"] == "ada"


def test_an_authorization_tells_the_user_only_with_identify(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    token = discord.world.agree(ada, "guilds").access_token
    answer = ask.get("oauth2/@me", headers={"Authorization": f"Bearer {token}"})
    assert "user" not in answer.json()
    assert ask.get("oauth2/@me", headers=as_bot).status_code == 403


def test_the_client_may_prove_itself_by_basic_authentication(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    application = discord.world.application
    code = new_code(discord, ask_unversioned)
    form = token_form(discord, code=code, client_id="", client_secret="")
    auth = (str(application.id), application.client_secret)
    assert ask.post("oauth2/token", data=form, auth=auth).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_id": "1"}, (401, "invalid_client")),
        ({"client_secret": ""}, (401, "invalid_client")),
        ({"code": "wrong"}, (400, "invalid_grant")),
        ({"code": ""}, (400, "invalid_request")),
        ({"redirect_uri": CALLBACK + "/"}, (400, "invalid_grant")),
        ({"redirect_uri": ""}, (400, "invalid_request")),
        ({"code_verifier": "w" * 43}, (400, "invalid_grant")),
        ({"code_verifier": ""}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
    ],
)
def test_an_exchange_has_to_be_right_in_everything(
    discord: Discord,
    ask: httpx.Client,
    ask_unversioned: httpx.Client,
    changes: dict[str, str],
    expected: tuple[int, str],
) -> None:
    code = new_code(discord, ask_unversioned)
    form = token_form(discord, **{"code": code, **changes})
    assert refusal(ask.post("oauth2/token", data=form)) == expected


@pytest.mark.parametrize("header", ["Basic !", "Basic " + base64.b64encode(b"\xff").decode()])
def test_broken_basic_authentication_is_a_wrong_client(
    discord: Discord, ask: httpx.Client, header: str
) -> None:
    form, headers = token_form(discord, code="x"), {"Authorization": header}
    assert refusal(ask.post("oauth2/token", data=form, headers=headers))[0] == 401


def test_tokens_are_asked_for_by_forms_only(discord: Discord, ask: httpx.Client) -> None:
    answer = ask.post("oauth2/token", json=token_form(discord, code="x"))
    assert refusal(answer) == (400, "invalid_request")
    assert ask.get("oauth2/token").status_code == 405


def test_a_verifier_needs_its_challenge(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    none = {"code_challenge": "", "code_challenge_method": ""}
    code = new_code(discord, ask_unversioned, **none)
    answer = ask.post("oauth2/token", data=token_form(discord, code=code))
    assert refusal(answer) == (400, "invalid_grant")
    code = new_code(discord, ask_unversioned, **none)
    form = token_form(discord, code=code, code_verifier="")
    assert ask.post("oauth2/token", data=form).status_code == 200


def test_the_addresses_without_a_version_do_the_same(
    discord: Discord, ask_unversioned: httpx.Client
) -> None:
    query = authorize_query(discord)
    code = returned(ask_unversioned.get("/api/oauth2/authorize", params=query))["code"]
    answer = ask_unversioned.post("/api/oauth2/token", data=token_form(discord, code=code))
    assert answer.status_code == 200
    assert ask_unversioned.get("/api/users/@me").status_code == 404
