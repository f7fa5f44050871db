"""The migrations make exactly the tables that the code declares, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from adapters.database import Database
from adapters.migrations import alembic_config, is_current, upgrade
from models import Base
from models.violations.text_index import is_declared
from tests.command_line import CommandLine
from tests.parts import until

# SQLite forgets the order of an index's columns when asked for it; its text is compared instead.
ORDERED = "idx_offender_totals_ranking"
_POSTGRESQL = """
SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'SCHEMA'::regnamespace AND conrelid <> 0
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'SCHEMA'
UNION ALL SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'SCHEMA'
"""
_SQLITE = """
SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
UNION ALL SELECT name || ' WITHOUT ROWID ' || wr FROM pragma_table_list WHERE schema = 'main'
UNION ALL SELECT concat.name || ' ' || column.name || ' ' || column.type || ' ' || column."notnull"
 || ' ' || column.pk || ' ' || coalesce(column.dflt_value, '')
FROM pragma_table_list concat, pragma_table_info(concat.name) column
WHERE concat.schema = 'main' AND concat.type = 'table' AND concat.name NOT LIKE 'sqlite%'
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = create_engine(database_url)
    yield opened
    opened.dispose()


def _said(connection: Connection, query: str, schema: str = "public") -> set[str]:
    """What the database says about its tables, without the version Alembic notes and any schema."""
    rows = connection.execute(text(query.replace("SCHEMA", schema))).scalars()
    said = {" ".join(row.replace('"', "").replace(f"{schema}.", "").split()) for row in rows}
    return {line for line in said if "alembic_version" not in line}


def test_alembic_finds_nothing_to_add(engine: Engine) -> None:
    def is_compared(one: object, name: str | None, *rest: object) -> bool:
        is_ordered = engine.dialect.name == "sqlite" and name == ORDERED
        return is_declared(one, name, *rest) and not is_ordered

    options = {"compare_type": True, "compare_server_default": True, "include_object": is_compared}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_declared_and_migrated_tables_say_the_same(engine: Engine) -> None:
    """Also what Alembic does not compare: checks, the order within an index, clustering."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA declared"))
            options = {"schema_translate_map": {None: "declared"}}
            Base.metadata.create_all(connection.execution_options(**options))
            declared = _said(connection, _POSTGRESQL, "declared")
            migrated = _said(connection, _POSTGRESQL)
    else:
        memory = create_engine("sqlite://")
        with memory.begin() as connection:
            Base.metadata.create_all(connection)
            declared = _said(connection, _SQLITE)
        with engine.connect() as connection:
            migrated = _said(connection, _SQLITE)
        memory.dispose()
    assert len(declared) > 100
    # Only where the database has trigrams: no declared table can depend on that.
    assert {line for line in migrated - declared if "_trigrams" not in line} == set()
    assert declared - migrated == set()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    database = Database(database_url)
    assert is_current(database)
    upgrade(database_url)
    assert is_current(database)
    database.close()


def test_every_migration_can_be_taken_back(engine: Engine, database_url: str) -> None:
    def said() -> set[str]:
        with engine.connect() as connection:
            return _said(connection, _POSTGRESQL if engine.name == "postgresql" else _SQLITE)

    before = said()
    command.downgrade(alembic_config(database_url), "base")
    assert not any("guild" in line for line in said())
    upgrade(database_url)
    assert said() == before


def test_one_that_fails_undoes_none_before_it_and_the_next_start_completes(
    engine: Engine, database_url: str
) -> None:
    """As a process does that is killed there."""
    command.downgrade(alembic_config(database_url), "0031")
    # It fails in its second half: an index of this name is there already.
    _execute(engine, "CREATE INDEX idx_channels_leaving ON channels (guild_id)")
    with pytest.raises(DBAPIError, match="already exists"):
        upgrade(database_url)
    assert _version(engine) == "0032"
    assert "leaving_ms" not in _columns(engine, "channels")
    assert "by" in _columns(engine, "notifications")
    # The lock went with it.
    _execute(engine, "DROP INDEX idx_channels_leaving")
    upgrade(database_url)
    with closing(Database(database_url)) as database:
        assert is_current(database)


def test_two_that_start_together_upgrade_one_after_the_other(
    database_url: str, tmp_path: Path
) -> None:
    command.downgrade(alembic_config(database_url), "0025")
    line = CommandLine(database_url, tmp_path)
    both = [line.start("db", "upgrade") for _ in range(2)]
    said = [process.communicate()[1].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    with closing(Database(database_url)) as database:
        assert is_current(database)


def test_one_connection_does(postgres_url: str, tmp_path: Path) -> None:
    """As a pooler or a role may have no more. The tables are not its own: it may use them."""
    command.downgrade(alembic_config(postgres_url), "0031")
    engine = create_engine(postgres_url, poolclass=NullPool)
    role = f"limited_{uuid4().hex}"
    own = engine.url.username
    _execute(engine, f"CREATE ROLE {role} LOGIN PASSWORD 'x' CONNECTION LIMIT 1 IN ROLE {own}")
    _execute(engine, f"ALTER ROLE {role} SET role = '{own}'")
    try:
        limited = engine.url.set(username=role, password="x")
        line = CommandLine(limited.render_as_string(hide_password=False), tmp_path)
        done = line.run("db", "upgrade")
    finally:
        _execute(engine, f"DROP ROLE {role}")
    assert done.returncode == 0, done.stderr
    with closing(Database(postgres_url)) as database:
        assert is_current(database)


def test_who_is_overtaken_between_two_migrations_looks_again(postgres_url: str) -> None:
    """Each has the lock for itself: another process may have changed the schema in between."""
    config = alembic_config(postgres_url)
    command.downgrade(config, "0031")
    other = create_engine(postgres_url, poolclass=NullPool)
    came_between: list[str] = []

    def come_between(_: Connection, __: object, statement: str, *___: object) -> None:
        if "advisory" in statement and not came_between and _version(other) == "0032":
            came_between.append("0032")
            _execute(other, "ALTER TABLE notifications DROP COLUMN by")
            _execute(other, "UPDATE alembic_version SET version_num = '0031'")

    event.listen(Engine, "before_cursor_execute", come_between)
    try:
        command.upgrade(config, "head")
    finally:
        event.remove(Engine, "before_cursor_execute", come_between)
    assert came_between == ["0032"]
    assert "by" in _columns(other, "notifications")
    with closing(Database(postgres_url)) as database:
        assert is_current(database)


def _execute(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def _version(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def _columns(engine: Engine, table: str) -> set[str]:
    with engine.connect() as connection:
        return {column["name"] for column in inspect(connection).get_columns(table)}


def test_a_long_read_holds_up_a_migration_and_nobody_behind_it(
    postgres_url: str, tmp_path: Path
) -> None:
    """As a dump or an export is: who waits for its table has all others wait as well."""
    command.downgrade(alembic_config(postgres_url), "0033")
    engine = create_engine(postgres_url, poolclass=NullPool)
    waits = text("SELECT count(*) FROM pg_locks WHERE relation = 'access_records'::regclass"
                 " AND NOT granted")  # fmt: skip

    def waiting() -> int:
        with engine.connect() as looking:
            return int(looking.scalar(waits) or 0)

    with engine.connect() as reader:
        reader.execute(text("SELECT 1 FROM access_records"))
        process = CommandLine(postgres_url, tmp_path).start("db", "upgrade")
        try:
            until(lambda: waiting() > 0, 120, "the migration wants the table")
            until(lambda: waiting() == 0, 120, "it gives way")
            with engine.connect() as other:
                other.execute(text("SELECT count(*) FROM access_records"))
            reader.rollback()
            _, said = process.communicate()
        finally:
            process.kill()
            process.wait()
    assert (process.returncode, "somebody reads a table" in said.decode()) == (0, True)
    with closing(Database(postgres_url)) as database:
        assert is_current(database)
