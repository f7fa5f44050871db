"""The page where a person lets Modwatch in."""

from urllib.parse import urlsplit

import httpx
import pytest

from tests.discord.logins import authorize_query, returned, token_form
from tests.discord.server import Discord

pytestmark = pytest.mark.usefixtures("registered")


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
