"""Databases for use cases: open ones, and two at once to compare."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from adapters.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty, migrated database; the test runs once on each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def other_database(
    database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Database]:
    """A second empty database of the same kind."""
    if database.is_postgresql:
        cluster = request.getfixturevalue("postgres")
        name = cluster.create()
        opened = Database(cluster.url(name))
    else:
        file = request.getfixturevalue("migrated_sqlite_file")
        opened = Database(f"sqlite:///{copy(file, tmp_path / 'other.db')}")
    yield opened
    opened.close()
    if database.is_postgresql:
        cluster.drop(name)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long work leaves as much time to others as it takes: for tests in which there are none."""
    monkeypatch.setattr("services.operations.rollups.LONGEST_PAUSE_SECONDS", 0.0)
