"""An empty, migrated database for one test, on SQLite and on PostgreSQL."""

import shutil
from pathlib import Path

import pytest

from adapters.migrations import upgrade


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied: migrating once is enough."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """The address of an empty, migrated SQLite file of this test alone."""
    return f"sqlite:///{shutil.copy(migrated_sqlite_file, tmp_path / 'modwatch.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database; the test runs once on each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url
