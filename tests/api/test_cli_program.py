"""`modwatch` as a whole: its help, its examples, its exit codes, completion, how it is found."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner
from flask.cli import FlaskGroup

from api.cli.commands import GROUPS, Commands, main
from api.cli.group import Command
from tests.command_line import CommandLine
from tests.parts import Web
from tools.venv import write_program

ROOT = Path(__file__).resolve().parent.parent.parent


def commands_of(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Command]]:
    """Every command below `group`, by what one types for it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands_of(command, (*path, name))
        else:
            assert isinstance(command, Command), f"{name} does not come from a CommandGroup"
            yield " ".join((*path, name)), command


EVERY_COMMAND = dict(commands_of(Commands()))


def test_every_group_has_its_commands_and_none_of_flasks_own() -> None:
    assert {name.split()[0] for name in EVERY_COMMAND} == set(GROUPS)
    assert not {"run", "shell", "routes"} & set(GROUPS)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_help_ends_with_examples_that_parse(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.ndjson").touch()
    (tmp_path / "new_database_url").write_text("postgresql://modwatch@db.example/modwatch")
    command = EVERY_COMMAND[name]
    shown = CliRunner().invoke(Commands(), [*name.split(), "--help"]).output
    assert command.examples
    for example in command.examples:
        assert f"\n  {example}\n" in shown
        _, words, arguments = example.rpartition("|")[2].strip().partition(f"modwatch {name}")
        assert words, f"{example} is of another command"
        command.make_context(name, shlex.split(arguments)).close()


def test_the_list_of_groups_says_what_each_is_for() -> None:
    shown = CliRunner().invoke(Commands(), ["--help"]).output
    for name, (_, words) in GROUPS.items():
        assert [name, *words.split()] in [line.split() for line in shown.splitlines()]


@pytest.mark.parametrize(
    ("typed", "begun", "offered"),
    [
        ([], "to", {"tokens"}),
        (["tokens"], "re", {"revoke"}),
        (["tokens", "create", "--role"], "", {"viewer", "moderator", "admin", "owner"}),
    ],
)
def test_a_shell_completes_what_is_begun(typed: list[str], begun: str, offered: set[str]) -> None:
    shell = BashComplete(Commands(), {}, "modwatch", "_MODWATCH_COMPLETE")
    assert {one.value for one in shell.get_completions(typed, begun)} == offered


def test_flask_knows_the_same_commands(web_on_sqlite: Web) -> None:
    flask = FlaskGroup(create_app=lambda: web_on_sqlite.app)
    listed = CliRunner().invoke(flask, ["--help"]).output
    assert all(f"\n  {name} " in listed for name in {*GROUPS, "run", "shell", "routes"})
    assert CliRunner().invoke(flask, ["tokens", "list"]).exit_code == 0


def test_a_setting_that_is_wrong_is_one_line(tmp_path: Path) -> None:
    wrong = CommandLine("nonsense", tmp_path).run("tokens", "list")
    assert (wrong.returncode, wrong.stdout) == (3, "")
    (line,) = wrong.stderr.splitlines()
    assert line.startswith("Error: MODWATCH_DATABASE_URL ")


def test_a_fault_of_ours_is_not_taken_for_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        patch.object(Commands, "main", side_effect=RuntimeError("a fault")),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert ended.value.code == 3
    assert "RuntimeError: a fault" in capsys.readouterr().err


def test_the_program_is_found_through_links_and_from_anywhere(tmp_path: Path) -> None:
    programs = tmp_path / "a house" / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o755)
    (tmp_path / "a house" / "modwatch.py").symlink_to(ROOT / "modwatch.py")
    (tmp_path / "link").symlink_to(programs / "modwatch")
    write_program(programs)
    for program in (programs / "modwatch", tmp_path / "link"):
        done = subprocess.run([program, "--version"], cwd="/", capture_output=True, check=True)
        assert done.stdout.startswith(b"modwatch ")


def _read_by(tmp_path: Path, *modules: str) -> set[str]:
    """What a process has read that imports these."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {', '.join(modules)}; print(*sys.modules)"],
        cwd=ROOT,
        env=kept | {"MODWATCH_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_no_web_process_reads_the_command_line_nor_what_few_requests_need(tmp_path: Path) -> None:
    files = {f"api.cli.{file}" for file, _ in GROUPS.values()}
    others = {"alembic", "flask_migrate", "authlib", "joserfc", "xlsxwriter"}
    assert not {*others, *files} & _read_by(tmp_path, "wsgi")


def test_no_command_reads_the_routes(tmp_path: Path) -> None:
    read = _read_by(tmp_path, "modwatch", "api.cli.application", "api.cli.tokens")
    assert "sqlalchemy" in read
    assert not {"api.app", "api.routes", "flask_smorest", "marshmallow"} & read


def test_a_health_check_reads_next_to_nothing(tmp_path: Path) -> None:
    read = _read_by(tmp_path, "modwatch", "api.cli.healthy")
    assert "flask" in read
    assert not {"sqlalchemy", "redis", "requests", "services.container"} & read
