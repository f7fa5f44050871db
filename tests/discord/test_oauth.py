"""A login from the page to the tokens, and everything that may go wrong on the way."""

import base64
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.discord.conftest import Headers
from tests.discord.grants import CODE_LIFE_MS, TOKEN_LIFE_SECONDS, s256
from tests.discord.server import Discord

CALLBACK = "http://127.0.0.1:8000/api/auth/callback"
VERIFIER = "v" * 43
SCOPE = "identify guilds guilds.members.read"


@pytest.fixture(autouse=True)
def _registered(discord: Discord, ada: int) -> None:
    discord.world.allow_redirect(CALLBACK)
    discord.world.sign_in(ada)


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


def test_a_code_serves_once(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    form = token_form(discord, code=new_code(discord, ask_unversioned))
    assert ask.post("oauth2/token", data=form).status_code == 200
    assert refusal(ask.post("oauth2/token", data=form)) == (400, "invalid_grant")


def test_a_code_lives_ten_minutes(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    discord.clock.stop()
    late, in_time = (new_code(discord, ask_unversioned) for _ in range(2))
    discord.clock.advance(CODE_LIFE_MS - 1)
    form = token_form(discord, code=in_time)
    assert ask.post("oauth2/token", data=form).status_code == 200
    discord.clock.advance(1)
    form = token_form(discord, code=late)
    assert refusal(ask.post("oauth2/token", data=form)) == (400, "invalid_grant")


def test_an_access_token_expires(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    discord.clock.stop()
    tokens = login(discord, ask, ask_unversioned)
    discord.clock.advance(TOKEN_LIFE_SECONDS * 1000 - 1)
    assert works(ask, tokens["access_token"])
    discord.clock.advance(1)
    assert not works(ask, tokens["access_token"])
    form = refresh_form(discord, tokens["refresh_token"])
    assert works(ask, ask.post("oauth2/token", data=form).json()["access_token"])


def test_a_refresh_replaces_both_tokens(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    old = login(discord, ask, ask_unversioned)
    form = refresh_form(discord, old["refresh_token"])
    new = ask.post("oauth2/token", data=form).json()
    assert works(ask, new["access_token"])
    assert not works(ask, old["access_token"])
    assert new["scope"] == SCOPE
    assert refusal(ask.post("oauth2/token", data=form)) == (400, "invalid_grant")


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client, kind: str
) -> None:
    tokens = login(discord, ask, ask_unversioned)
    form = token_form(discord, token=tokens[kind])
    assert ask.post("oauth2/token/revoke", data=form).status_code == 200
    assert not works(ask, tokens["access_token"])
    refresh = refresh_form(discord, tokens["refresh_token"])
    assert refusal(ask.post("oauth2/token", data=refresh)) == (400, "invalid_grant")
    assert ask.post("oauth2/token/revoke", data=form).status_code == 200


def test_only_the_client_may_revoke(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    tokens = login(discord, ask, ask_unversioned)
    form = token_form(discord, token=tokens["access_token"], client_secret="wrong")
    assert refusal(ask.post("oauth2/token/revoke", data=form)) == (401, "invalid_client")
    assert works(ask, tokens["access_token"])


def test_withdrawn_consent_ends_tokens_and_codes(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client, ada: int
) -> None:
    tokens, code = login(discord, ask, ask_unversioned), new_code(discord, ask_unversioned)
    discord.world.revoke_consent(ada)
    assert not works(ask, tokens["access_token"])
    assert ask.post("oauth2/token", data=token_form(discord, code=code)).status_code == 400


def test_the_addresses_without_a_version_do_the_same(
    discord: Discord, ask_unversioned: httpx.Client
) -> None:
    query = authorize_query(discord)
    code = returned(ask_unversioned.get("/api/oauth2/authorize", params=query))["code"]
    answer = ask_unversioned.post("/api/oauth2/token", data=token_form(discord, code=code))
    assert answer.status_code == 200
    assert ask_unversioned.get("/api/users/@me").status_code == 404


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "identify everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"as": "nobody"}, "access_denied"),
    ],
)
def test_the_page_sends_errors_back(
    discord: Discord, ask_unversioned: httpx.Client, changes: dict[str, str], error: str
) -> None:
    query = authorize_query(discord, **changes)
    back = returned(ask_unversioned.get("/oauth2/authorize", params=query))
    assert (back["error"], back["state"]) == (error, "the state")


@pytest.mark.parametrize(
    "changes", [{"client_id": "1"}, {"redirect_uri": "http://evil.test/"}, {"redirect_uri": ""}]
)
def test_the_page_sends_nobody_to_a_stranger(
    discord: Discord, ask_unversioned: httpx.Client, changes: dict[str, str]
) -> None:
    query = authorize_query(discord, **changes)
    answer = ask_unversioned.get("/oauth2/authorize", params=query)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_the_page_asks_who_one_is(
    discord: Discord, ask: httpx.Client, ask_unversioned: httpx.Client
) -> None:
    grace = discord.world.add_user(username="grace", global_name="Grace <H>")
    discord.world.sign_in(None)
    page = ask_unversioned.get("/oauth2/authorize", params=authorize_query(discord))
    assert page.status_code == 200
    assert "Authorise as Grace &lt;H&gt;" in page.text
    assert "modwatch" not in page.text
    query = authorize_query(discord, **{"as": str(grace.id)})
    answer = ask_unversioned.get("/oauth2/authorize", params=query)
    assert urlsplit(answer.headers["location"]).path == "/api/auth/callback"
    form = token_form(discord, code=returned(answer)["code"])
    token = ask.post("oauth2/token", data=form).json()["access_token"]
    me = ask.get("users/@me", headers={"Authorization": f"Bearer {token}"}).json()
    assert me["username"] == "grace"
