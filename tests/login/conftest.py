"""A site whose Discord is the stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.discord.server import Discord
from tests.login.site import Site
from tests.parts import GUILD, Web


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
