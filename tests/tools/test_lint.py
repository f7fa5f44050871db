"""What `make lint` says of migrations written at the same time, and of files that grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.lint import HISTORY, MOST_LINES, files_are_short, migrations_are_in_line, own_files

FIRST = ("a", None)


def write(folder: Path, *migrations: tuple[str, str | None]) -> None:
    for at, (name, before) in enumerate(migrations):
        follows = "None" if before is None else f'"{before}"'
        text = f'revision = "{name}"\ndown_revision = {follows}\n'
        (folder / f"{at}_{name}.py").write_text(text)


def test_ours_are_in_line() -> None:
    assert migrations_are_in_line(HISTORY)


@pytest.mark.parametrize(
    ("migrations", "in_line"),
    [
        ([FIRST], True),
        ([FIRST, ("b", "a"), ("c", "b")], True),
        ([FIRST, ("b", "a"), ("b", "a")], False),
        ([FIRST, ("b", "a"), ("c", "a")], False),
        ([FIRST, ("b", None)], False),
    ],
)
def test_two_that_follow_the_same_are_not(
    tmp_path: Path, migrations: Sequence[tuple[str, str | None]], in_line: bool
) -> None:
    write(tmp_path, *migrations)
    assert migrations_are_in_line(tmp_path) == in_line


@pytest.mark.parametrize(("lines", "is_short"), [(MOST_LINES, True), (MOST_LINES + 1, False)])
def test_a_file_that_outgrew_a_sitting_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: int, is_short: bool
) -> None:
    (tmp_path / "grown.py").write_text("\n" * lines)
    assert files_are_short([tmp_path / "grown.py"]) == is_short
    assert ("grown.py: 301 lines" in capsys.readouterr().out) != is_short


def test_every_room_is_looked_at() -> None:
    rooms = {path.relative_to(HISTORY.parents[2]).parts[0] for path in own_files()}
    assert {"api", "domain", "models", "services", "tests", "tools", "clients"} <= rooms
    assert {"dashboard", "workers", "schemas", "schedules", "adapters", "benchmarks"} <= rooms
