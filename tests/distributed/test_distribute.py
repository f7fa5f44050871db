"""`modwatch database distribute`, against what stands in for the catalog of Citus."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from domain.distribution import Placement
from models.placement import PLACEMENTS
from tests.command_line import CommandHere

STAND_IN = Path(__file__).with_name("stand_in.sql")
COMMAND = ("database", "distribute")
A_WORKER = "INSERT INTO pg_dist_node VALUES ('worker', 5432, 1, true, 'primary', true)"
PLACED = "SELECT table_name::text, citus_table_type FROM citus_tables ORDER BY 1"


def _asked(url: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last of these."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _line(url: str, tmp_path: Path) -> CommandHere:
    return CommandHere(url, tmp_path)


def test_sqlite_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    done = _line(sqlite_url, tmp_path).run(*COMMAND)
    assert (done.returncode, done.stdout) == (3, "")
    assert "this is SQLite; only PostgreSQL with Citus" in done.stderr


def test_a_postgresql_without_citus_or_workers_is_refused(
    postgres_url: str, tmp_path: Path
) -> None:
    line = _line(postgres_url, tmp_path)
    plain = line.run(*COMMAND)
    assert (plain.returncode, plain.stdout) == (3, "")
    assert "this PostgreSQL has no Citus: install it" in plain.stderr
    _asked(postgres_url, STAND_IN.read_text())
    alone = line.run(*COMMAND)
    assert (alone.returncode, alone.stdout) == (3, "")
    assert "this Citus has no workers" in alone.stderr
    assert _asked(postgres_url, PLACED) == []


def test_every_table_is_placed_once_however_often_it_is_run(
    postgres_url: str, tmp_path: Path
) -> None:
    _asked(postgres_url, STAND_IN.read_text(), A_WORKER)
    line = _line(postgres_url, tmp_path)
    shown = line.run(*COMMAND, "--dry-run")
    assert "SELECT create_distributed_table('guilds', 'guild_id');\n" in shown.stdout
    assert shown.stdout.index("'guilds', 'guild_id'") < shown.stdout.index("'violations'")
    assert _asked(postgres_url, PLACED) == []

    # As if it had been interrupted: the first is done.
    _asked(postgres_url, "SELECT create_distributed_table('guilds', 'guild_id')")
    first = line.run(*COMMAND)
    assert first.returncode == 0, first.stderr
    kinds = {Placement.GUILD: "distributed", Placement.REFERENCE: "reference"}
    wanted = [(name, kinds[of]) for name, of in PLACEMENTS.items() if of in kinds]
    assert _asked(postgres_url, PLACED) == sorted(wanted)
    assert _asked(postgres_url, "SELECT shouldhaveshards FROM pg_dist_node WHERE groupid = 0") == [
        (False,)
    ]
    again = line.run(*COMMAND)
    assert again.returncode == 0, again.stderr
    assert "moved" not in again.stdout
    assert again.stdout.count("as before") == len(PLACEMENTS)


@pytest.mark.parametrize("table", ["long_work", "user_cache"])
def test_a_table_that_lies_elsewhere_is_named(
    table: str, postgres_url: str, tmp_path: Path
) -> None:
    _asked(postgres_url, STAND_IN.read_text(), A_WORKER)
    _asked(postgres_url, f"INSERT INTO citus_tables VALUES ('{table}', 'distributed', 'id', 9)")
    done = _line(postgres_url, tmp_path).run(*COMMAND)
    assert done.returncode == 3
    assert f"{table} is distributed by id" in done.stderr
    assert len(_asked(postgres_url, PLACED)) == 1
