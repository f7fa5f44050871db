"""When codes and tokens end."""

import httpx
import pytest

from tests.discord.grants import CODE_LIFE_MS, TOKEN_LIFE_SECONDS
from tests.discord.logins import SCOPE, login, new_code, refresh_form, refusal, token_form, works
from tests.discord.server import Discord

pytestmark = pytest.mark.usefixtures("registered")


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
