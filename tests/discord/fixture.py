"""A Discord for each test that asks for one."""

from collections.abc import Iterator

import pytest

from tests.discord.server import Discord


@pytest.fixture
def discord() -> Iterator[Discord]:
    """A stand-in Discord in threads of this process, with nobody in it but Modwatch's bot."""
    server = Discord()
    server.start()
    yield server
    server.stop()
