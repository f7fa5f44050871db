"""What is wrong with a command is one line on standard error, and nothing happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parts import Web, ingest, make_web, settings_for, violation

WRONG = [
    (["tokens", "create", "--kind", "api"], 2, "an API token needs its guilds and a role"),
    (["tokens", "create", "--kind", "bot", "--guild", "x"], 2, "must be a Discord id"),
    (["tokens", "create"], 2, "Missing option '--kind'"),
    (["tokens", "revoke", "nope"], 2, "'nope' is not a valid UUID"),
    (["tokens", "burn"], 2, "No such command 'burn'"),
    (["rollups", "verify", "--guild", "abc"], 2, "must be a Discord id"),
    (["rollups", "verify", "now"], 2, "unexpected extra argument (now)"),
    (["events", "ingest", "/proc/nonexistent"], 2, "No such file"),
    (["import", "murdoch", "/proc/nonexistent"], 3, "/proc/nonexistent does not exist"),
    (["demo", "load", "--days", "0"], 2, "0 is not in the range"),
    (["demo", "load"], 3, "--force loads the demo beside it"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG, ids=lambda one: str(one)[:40])
def test_one_line_says_what_is_wrong(
    web_on_sqlite: Web, arguments: list[str], code: int, words: str
) -> None:
    ingest(web_on_sqlite.bot(), violation())
    done = web_on_sqlite.app.test_cli_runner().invoke(args=arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert words in line
    if code == 2:
        assert line.endswith("--help)")


@pytest.mark.parametrize("command", ["db upgrade", "tokens list", "rollups verify"])
def test_a_database_that_is_away_is_one_line(tmp_path: Path, command: str) -> None:
    away = make_web(settings_for("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path))
    done = away.app.test_cli_runner().invoke(args=command.split())
    away.parts.close()
    assert done.exit_code == 3, done.exception
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: the database cannot be used: ")
    assert "Connection refused" in line


def test_a_group_by_itself_tells_what_it_has(web_on_sqlite: Web) -> None:
    done = web_on_sqlite.app.test_cli_runner().invoke(args=["tokens"])
    assert all(name in done.output for name in ("Usage:", "create", "list", "revoke"))
