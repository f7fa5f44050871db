"""`modwatch tokens create | list | revoke`, one after the other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.command_line import CommandLine
from tests.parts import Web, ingest, violation

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HOSTILE = "[red]\x1b[2J\n[/b] :warning: ☃"
MANY = [argument for number in range(8) for argument in ("--guild", str(10**17 + number))]


def test_a_token_made_listed_and_revoked(web_on_sqlite: Web) -> None:
    run = web_on_sqlite.app.test_cli_runner().invoke
    made = run(args=["tokens", "create", "--kind", "bot", "--name", HOSTILE])
    secret = made.stdout.strip()
    assert secret.startswith("mwb_")
    assert ingest(web_on_sqlite.client(secret), violation()).status_code == 202
    listed = run(args=["tokens", "list"]).stdout
    assert secret not in listed
    assert "[red]\ufffd[2J\ufffd[/b] :warning: ☃" in listed
    (id,) = UUID.findall(listed)
    assert run(args=["tokens", "revoke", id]).exit_code == 0
    web_on_sqlite.parts.access.forget()
    assert ingest(web_on_sqlite.client(secret), violation()).status_code == 401
    assert "revoked" in run(args=["tokens", "list"]).stdout
    again = run(args=["tokens", "revoke", id])
    assert (again.exit_code, again.stderr) == (3, "Error: there is no valid token with this id\n")


def test_in_a_pipe_every_token_is_one_whole_line(sqlite_url: str, tmp_path: Path) -> None:
    program = CommandLine(sqlite_url, tmp_path)
    program.run("tokens", "create", "--kind", "api", "--role", "viewer", *MANY, "--name", "n" * 60)
    listed = program.run("tokens", "list").stdout
    (line,) = [line for line in listed.splitlines() if UUID.search(line)]
    assert str(10**17 + 7) in line
    assert "n" * 60 in line
