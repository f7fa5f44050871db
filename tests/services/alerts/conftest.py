"""One town a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services.alerts.town import Town, open_town


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """On each of the two databases."""
    with ExitStack() as stack:
        yield open_town(stack, database_url, tmp_path)


@pytest.fixture
def quick_town(sqlite_url: str, tmp_path: Path) -> Iterator[Town]:
    """On SQLite alone: for what does not depend on the database."""
    with ExitStack() as stack:
        yield open_town(stack, sqlite_url, tmp_path)
