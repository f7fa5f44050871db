"""From SQLite to PostgreSQL: all of it, also where the first try was interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from adapters.database import Database
from models import Base
from models.incarnation import incarnation_name, name_incarnation, next_serial
from models.users.cache import CachedUser
from services.operations import rollups
from services.operations.copying import CopyError, copy_database, tables
from tests.command_line import CommandHere
from tests.parts import NOW_MS

DEMO = ("demo", "load", "--guilds", "1", "--days", "2", "--violations", "60", "--seed", "5")


@pytest.fixture
def source(sqlite_url: str, tmp_path: Path) -> Iterator[Database]:
    CommandHere(sqlite_url, tmp_path).run(*DEMO)
    with closing(Database(sqlite_url)) as database:
        with database.write() as connection:
            name_incarnation(connection, "first")
        yield database


@pytest.fixture
def target(postgres_url: str) -> Iterator[Database]:
    with closing(Database(postgres_url)) as database:
        yield database


def counts(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables()
        }


def test_every_row_is_copied(source: Database, target: Database) -> None:
    copied = {one.table: one.rows for one in copy_database(source, target)}
    assert copied == counts(source) == counts(target)
    assert copied["violations"] == 60
    assert set(copied) == set(Base.metadata.tables)
    assert rollups.verify(target, None, NOW_MS) == []


def test_an_interrupted_copy_goes_on(source: Database, target: Database) -> None:
    left = sum(counts(source).values()) // 2

    class Interrupted(Exception):
        pass

    def interrupt(rows: int) -> None:
        nonlocal left
        left -= rows
        if left < 0:
            raise Interrupted

    with pytest.raises(Interrupted):
        list(copy_database(source, target, interrupt))
    half = counts(target)
    assert 0 < sum(half.values()) < sum(counts(source).values())
    assert {one.table: one.rows for one in copy_database(source, target)} == counts(source)
    assert counts(target) == counts(source)


def test_what_differs_is_copied_anew(source: Database, target: Database) -> None:
    """As where the source went on between two tries."""
    list(copy_database(source, target))
    users = Base.metadata.tables[CachedUser.__tablename__]
    with source.write() as connection:
        id = connection.scalar(select(users.c.user_id).limit(1))
        connection.execute(update(users).where(users.c.user_id == id).values(username="renamed"))
    list(copy_database(source, target))
    with target.read() as connection:
        assert connection.scalar(select(users.c.username).where(users.c.user_id == id)) == "renamed"


def test_the_data_of_another_installation_is_left_alone(source: Database, target: Database) -> None:
    with target.write() as connection:
        name_incarnation(connection, "second")
    before = counts(target)
    with pytest.raises(CopyError, match="another installation"):
        list(copy_database(source, target))
    with target.write() as connection:
        connection.execute(text("DELETE FROM incarnation"))
        connection.execute(text("INSERT INTO memberships (user_id, guilds) VALUES (7, '[]')"))
    with pytest.raises(CopyError, match="another installation"):
        list(copy_database(source, target))
    assert counts(target) == before | {"incarnation": 0, "memberships": 1}


def test_what_has_been_in_use_since_it_was_copied_is_left_alone(
    source: Database, target: Database
) -> None:
    """By somebody whose shell has the settings of before."""
    with source.write() as connection:
        name_incarnation(connection, "ours")
    list(copy_database(source, target))
    users = Base.metadata.tables[CachedUser.__tablename__]
    with target.write() as connection:
        connection.execute(update(users).values(username="known since"))
        name = incarnation_name(connection)
        assert name is not None
        next_serial(connection, name)
    with pytest.raises(CopyError, match="in use since"):
        list(copy_database(source, target))
    with target.read() as connection:
        assert set(connection.scalars(select(users.c.username))) == {"known since"}


def test_only_from_sqlite_to_postgresql(source: Database, target: Database) -> None:
    for one, other in ((source, source), (target, source), (target, target)):
        with pytest.raises(CopyError, match="only from SQLite"):
            list(copy_database(one, other))


def test_the_command(source: Database, target: Database, tmp_path: Path) -> None:
    address = tmp_path / "address"
    address.write_text(target.url + "\n")
    command = CommandHere(source.url, tmp_path)
    done = command.run("database", "copy", "--to", f"@{address}")
    assert done.returncode == 0, done.stderr
    assert "violations" in done.stdout
    assert counts(target) == counts(source)
    wrong = command.run("database", "copy", "--to", "mysql://host/database")
    assert wrong.returncode == 2
    assert "must start with" in wrong.stderr
