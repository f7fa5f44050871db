"""A site whose Discord is the stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.discord import login
from services.accounts import makers, memberships
from tests.discord.server import Discord
from tests.login.site import Site
from tests.parts import GUILD, Web


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives up since the machine is busy: a test lets Discord answer when it is to."""
    monkeypatch.setattr(login, "TIMEOUT_SECONDS", 60.0)
    for name in ("CLAIM_PATIENCE_SECONDS", "WAIT_SECONDS", "ASK_SECONDS"):
        monkeypatch.setattr(memberships, name, 60.0)
    monkeypatch.setattr(makers, "RUN_SECONDS", 600.0)


@pytest.fixture
def site(sqlite_url: str, discord: Discord, tmp_path: Path) -> Iterator[Site]:
    """For what has nothing to do with the kind of database: once is enough."""
    made = Site(discord, sqlite_url, tmp_path, "none")
    yield made
    made.close()


@pytest.fixture
def site_on_each(database_url: str, discord: Discord, tmp_path: Path) -> Iterator[Site]:
    """For what many do at once: on each database."""
    made = Site(discord, database_url, tmp_path, "none")
    yield made
    made.close()


@pytest.fixture
def web(site: Site) -> Web:
    return site.web()


@pytest.fixture
def ada(site: Site) -> int:
    """Discord's owner of GUILD; her id."""
    user_id = site.person("ada")
    site.discord.world.add_guild(GUILD, owner_id=user_id)
    return user_id
