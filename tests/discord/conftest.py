"""How tests ask the stand-in: every answer they get is held against Discord's description."""

from collections.abc import Iterator

import httpx
import pytest

from tests.discord.grants import Grant
from tests.discord.logins import CALLBACK
from tests.discord.server import Discord
from tests.discord.validation import validate

Headers = dict[str, str]


@pytest.fixture
def ask(discord: Discord) -> Iterator[httpx.Client]:
    """A client of the API, at its versioned address."""
    with _client(f"{discord.api_url}/") as client:
        yield client


@pytest.fixture
def ask_unversioned(discord: Discord) -> Iterator[httpx.Client]:
    """A client of the addresses without a version."""
    with _client(discord.url) as client:
        yield client


def _client(base_url: str) -> httpx.Client:
    # Without TLS there is nothing to verify, and reading the certificates takes its time.
    return httpx.Client(
        base_url=base_url,
        verify=False,
        timeout=60,
        event_hooks={"response": [_read_and_validate]},
    )


def _read_and_validate(response: httpx.Response) -> None:
    response.read()
    validate(response)


@pytest.fixture
def as_bot(discord: Discord) -> Headers:
    return {"Authorization": f"Bot {discord.world.application.bot_token}"}


@pytest.fixture
def ada(discord: Discord) -> int:
    """A user's id."""
    return discord.world.add_user(username="ada", global_name="Ada", avatar="a" * 32).id


@pytest.fixture
def as_ada(discord: Discord, ada: int) -> Headers:
    return bearer(discord.world.agree(ada))


@pytest.fixture
def registered(discord: Discord, ada: int) -> None:
    """Logins return to CALLBACK, and Ada agrees to all of them."""
    discord.world.allow_redirect(CALLBACK)
    discord.world.sign_in(ada)


def bearer(grant: Grant) -> Headers:
    return {"Authorization": f"Bearer {grant.access_token}"}
