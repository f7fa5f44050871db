"""Web processes of a test: with Valkey, as in production, or without any Redis.

Those that are not whole only answer: no loop beside them changes what a test looks at, or hears of
it in the middle of a look (api/background.py, tests/api/test_background.py).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts import Web, make_web, settings_for
from tests.servers.valkey import Valkey


@pytest.fixture
def web(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Web]:
    """On each database, with Valkey. There is no worker: a test materialises when it wants to."""
    made = make_web(settings_for(database_url, tmp_path, valkey.url, DEMO="1"))
    yield made
    made.parts.close()


@pytest.fixture
def web_on_sqlite(sqlite_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Web]:
    """For what has nothing to do with the database: once is enough."""
    made = make_web(settings_for(sqlite_url, tmp_path, valkey.url, DEMO="1"))
    yield made
    made.parts.close()


@pytest.fixture
def whole_web(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Web]:
    """With all that a web process does beside answering."""
    made = make_web(settings_for(database_url, tmp_path, valkey.url), loops=True)
    yield made
    made.parts.close()


@pytest.fixture
def whole_web_on_sqlite(sqlite_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path, valkey.url), loops=True)
    yield made
    made.parts.close()


@pytest.fixture
def web_alone(database_url: str, tmp_path: Path) -> Iterator[Web]:
    """Whole, and without any Redis: this process makes the snapshots itself."""
    made = make_web(settings_for(database_url, tmp_path), loops=True)
    yield made
    made.parts.close()
