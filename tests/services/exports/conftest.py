"""The same history on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.database import Database


@pytest.fixture
def both(sqlite_url: str, postgres_url: str) -> Iterator[tuple[Database, Database]]:
    opened = Database(sqlite_url), Database(postgres_url)
    yield opened
    for database in opened:
        database.close()
