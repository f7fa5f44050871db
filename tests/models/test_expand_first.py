"""What the release before knows of the schema is still there after each later migration.

Its processes go on while the new ones are rolled out: their statements name their columns, give no
value to those that came later, rely on the keys they had, and break no rule that they do not know.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from adapters.database import Database
from adapters.migrations import alembic_config, lacks_migrations
from tests.command_line import CommandHere
from tests.parts import make_web, settings_for

# What came before this one was never released.
FIRST_HELD = "0012"
# By migration, what it takes away that the release before it had stopped using, or never relied on:
# "table.column", or "table: a unique key or check".
TAKEN_AWAY: dict[str, set[str]] = {
    # Of files that have a key: no statement names it, and a key is of one export anyway.
    "0023": {
        "export_history: unique storage_key where storage_key IS NOT NULL",
        "export_history: unique storage_key, guild_id where storage_key IS NOT NULL",
    }
}


def test_migrations_only_add(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'modwatch.db'}"
    config = alembic_config(url)
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    later = [one.revision for one in reversed(scripts) if one.revision > FIRST_HELD]
    assert len(later) > 10
    engine = create_engine(url)
    command.upgrade(config, FIRST_HELD)
    before, rules_before = columns(engine), rules(engine)
    for revision in later:
        command.upgrade(config, revision)
        after, rules_after = columns(engine), rules(engine)
        wrong = {*broken(before, after), *refused(before, rules_before, rules_after)}
        assert wrong <= TAKEN_AWAY.get(revision, set()), revision
        before, rules_before = after, rules_after
    engine.dispose()


def test_the_walk_finds_what_is_broken(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    before = columns(engine)
    with engine.begin() as connection:
        for change in (
            "ALTER TABLE appeals DROP COLUMN text",
            "ALTER TABLE visits RENAME COLUMN since_ms TO from_ms",
            "ALTER TABLE heartbeats ADD COLUMN asked_for INTEGER NOT NULL DEFAULT 0",
            "DROP TABLE raids",
        ):
            connection.execute(text(change))
    after = columns(engine)
    after["guild_rules"]["rules"] |= {"is_needed": True, "key": True}
    after["guilds"]["new"] = {"is_needed": True, "type": "TEXT", "key": False}
    assert {"appeals.text", "visits.since_ms", "guild_rules.rules", "guilds.new"} < set(
        broken(before, after)
    )
    assert "raids.guild_id" in set(broken(before, after))
    assert not any(name.startswith("heartbeats") for name in broken(before, after))
    engine.dispose()


def test_the_walk_finds_rules_that_statements_of_before_rely_on_or_break(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    before, rules_before = columns(engine), rules(engine)
    with engine.begin() as connection:
        for change in (
            "DROP INDEX uq_alerts_open",  # what an upsert names
            "CREATE UNIQUE INDEX one ON appeals (user_id)",
            "ALTER TABLE visits ADD COLUMN new TEXT",
            "CREATE UNIQUE INDEX of_new_ones_alone ON visits (new)",
            "CREATE TABLE raids_too (guild_id INTEGER UNIQUE)",
        ):
            connection.execute(text(change))
    after = rules(engine)
    after["channels"]["check state IN ('ok')"] = set()
    assert refused(before, rules_before, after) == [
        "alerts: unique guild_id, event_type where closed_ms IS NULL",
        "appeals: unique user_id",
        "channels: check state IN ('ok')",
    ]
    engine.dispose()


def test_who_knows_less_than_the_schema_has_is_ready(sqlite_url: str, tmp_path: Path) -> None:
    """As the release before is, from the moment that the new one has migrated."""
    web = make_web(settings_for(sqlite_url, tmp_path))
    for revision, status in (("9999", 200), ("0022", 503), ("0001", 503)):
        with web.parts.database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": revision})
        assert lacks_migrations(web.parts.database) == (status == 503)
        assert web.client().get("/health/ready").status_code == status
    web.parts.close()


def test_who_knows_less_than_the_schema_has_migrates_nothing(
    database_url: str, tmp_path: Path
) -> None:
    """After a rollback: Compose has `db upgrade` end well before it starts anything else."""
    with closing(Database(database_url)) as database:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        done = CommandHere(database_url, tmp_path).run("db", "upgrade")
        assert (done.returncode, "later release" in done.stdout) == (0, True)
        with database.read() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def columns(engine: Engine) -> dict[str, dict[str, dict[str, Any]]]:
    """By table and column what a statement must know of it."""
    found = inspect(engine)
    return {
        table: {
            column["name"]: {
                "type": str(column["type"]),
                # Without a value of ours there is an error.
                "is_needed": not column["nullable"] and column["default"] is None,
                "key": column["name"] in found.get_pk_constraint(table)["constrained_columns"],
            }
            for column in found.get_columns(table)
        }
        for table in found.get_table_names()
    }


def rules(engine: Engine) -> dict[str, dict[str, set[str]]]:
    """By table its unique keys with their columns, and its checks, of no column."""
    found = inspect(engine)
    return {
        table: {
            **dict(map(_said, found.get_indexes(table))),
            **dict(map(_said, found.get_unique_constraints(table))),
            **{f"check {one['sqltext']}": set[str]() for one in found.get_check_constraints(table)},
        }
        for table in found.get_table_names()
    }


def _said(key: Any) -> tuple[str, set[str]]:
    names = list(filter(None, key["column_names"]))
    where = key.get("dialect_options", {}).get("sqlite_where")
    kind = "unique" if key.get("unique", True) else "index"
    return f"{kind} {', '.join(names)}{'' if where is None else f' where {where}'}", set(names)


def refused(
    known: dict[str, dict[str, dict[str, Any]]],
    before: dict[str, dict[str, set[str]]],
    after: dict[str, dict[str, set[str]]],
) -> list[str]:
    """Keys that upserts of before name and that are gone; rules that they know nothing of.

    A key with a column that came later is broken by none of them.
    """
    wrong = []
    for table, had in before.items():
        has = after.get(table, {})
        new = {one for one in has.keys() - had.keys() if has[one] <= known[table].keys()}
        changed = new | (had.keys() - has.keys())
        wrong += [f"{table}: {one}" for one in sorted(changed) if not one.startswith("index")]
    return wrong


def broken(
    before: dict[str, dict[str, dict[str, Any]]], after: dict[str, dict[str, dict[str, Any]]]
) -> list[str]:
    """What statements of before would fail at, as "table.column"."""
    wrong = []
    for table, known in before.items():
        now = after.get(table, {})
        for name, column in known.items():
            if name not in now or _asks_for_more(column, now[name]):
                wrong.append(f"{table}.{name}")
        new = now.keys() - known.keys()
        wrong += [f"{table}.{name}" for name in new if now[name]["is_needed"] or now[name]["key"]]
    return wrong


def _asks_for_more(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return (
        before["type"] != after["type"]
        or before["key"] != after["key"]
        or (after["is_needed"] and not before["is_needed"])
    )
